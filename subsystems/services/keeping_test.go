package services

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/licences"
	"praya/subsystems/services/process"
)

// pdf is a small file that is one.
func pdf(words string) []byte {
	return []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% " + words + "\ntrailer<</Root 1 0 R>>\n%%EOF\n")
}

// blobs counts the files in the store.
func (w *world) blobs() (n int) {
	w.Helper()
	for _, err := range w.Files.List(w.system) {
		w.ok(err)
		n++
	}
	return n
}

// does has a job done, with all that wait.
func (w *world) does(kind string) {
	w.Helper()
	w.ok(w.DB.Write(w.system, func(tx *db.Tx) error {
		_, err := jobs.Enqueue(tx, jobs.Job{Kind: kind, Key: tx.Now().String()})
		return err
	}))
	w.work()
	w.read(func(tx *db.Tx) error {
		counts, err := jobs.Counts(tx)
		if counts["failing"]+counts["parked"]+counts["ready"]+counts["running"] > 0 {
			w.Errorf("after %s: %v", kind, counts)
		}
		return err
	})
}

// TestSweepForgetsDrafts: a draft that nobody went on with for ninety days goes, with its files,
// its invitations and what was noted about it; what was submitted stays.
func TestSweepForgetsDrafts(t *testing.T) {
	each(t, func(w *world) {
		old := w.allowance("chan")
		up, problems := w.upload(old, "money", "/proof", "old.pdf", pdf("old"))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		shared := w.begin("chan", "food-licence")
		token, err := w.Invite(w.as("chan"), shared.ID, "黃小明乙")
		w.ok(err)
		w.ok(w.Confirm(w.as("wong"), token))
		kept := w.allowance("lee")
		_, problems = w.upload(kept, "money", "/proof", "kept.pdf", pdf("kept"))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		w.submits(kept)
		w.clock.by(89 * 24 * time.Hour)
		young := w.allowance("wong")
		w.does(JobSweep)
		if _, _, err := w.Own(w.as("chan"), old.ID); err != nil {
			t.Errorf("after 89 days: %v", err)
		}
		w.clock.by(2 * 24 * time.Hour)
		w.does(JobSweep)
		for _, a := range []Application{old, shared} {
			if _, _, err := w.Own(w.as("chan"), a.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("after 91 days: %v", err)
			}
			if dump := w.dump("services_"); strings.Contains(dump, string(a.ID)) {
				t.Errorf("something of %s is left", a.ID)
			}
		}
		if _, _, err := w.File(w.system, old.ID, up.Address); !fault.Is(err, fault.NotFound) {
			t.Errorf("the file: %v", err)
		}
		if n := w.blobs(); n != 1 {
			t.Errorf("%d files are left, want the one of the case", n)
		}
		if _, _, err := w.Own(w.as("lee"), kept.ID); err != nil {
			t.Error(err)
		}
		if _, _, err := w.Own(w.as("wong"), young.ID); err != nil {
			t.Error(err)
		}
	})
}

// full is a world in which every table holds something that a person wrote, and what must be
// read again afterwards.
func (w *world) full() (a Application, up string) {
	w.Helper()
	a = w.allowance("chan")
	file, problems := w.upload(a, "money", "/proof", "薪金單丙.pdf", pdf("salary of July"))
	if len(problems) > 0 {
		w.Fatal(problems)
	}
	w.takes(a, "money", "income", "4321.07", "savings", "8765.03")
	w.submits(a)
	w.ok(w.Write(w.as(handler), a.ID, "內部備註丁", true))
	w.ok(w.Write(w.as(handler), a.ID, "請補交文件戊", false))
	w.ok(w.Answer(w.as("chan"), a.ID, "文件已寄出己", nil))
	shared := w.begin("chan", "food-licence")
	token, err := w.Invite(w.as("chan"), shared.ID, "黃小明乙")
	w.ok(err)
	w.ok(w.Confirm(w.as("wong"), token))
	w.submits(w.certificate("chan"))
	_, err = w.PartyKey(w.system, DemoDepartment)
	w.ok(err)
	return a, file.Address
}

// reads checks that all of it can be read.
func (w *world) reads(a Application, up string) {
	w.Helper()
	c, err := w.CaseAtDesk(w.as(handler), a.ID)
	w.ok(err)
	said := ""
	for _, e := range c.History {
		said += e.Text + " "
	}
	for _, want := range []string{"內部備註丁", "請補交文件戊", "文件已寄出己"} {
		if !strings.Contains(said, want) {
			w.Errorf("%s is not in %s", want, said)
		}
	}
	if v, _ := c.Answers.Get("/phone"); v != telephone || c.Name != englishName {
		w.Errorf("%v %s", v, c.Name)
	}
	f, plain, err := w.File(w.as(handler), a.ID, up)
	w.ok(err)
	if f.Name != "薪金單丙.pdf" || !bytes.Equal(plain, pdf("salary of July")) {
		w.Errorf("%+v %s", f, plain)
	}
	var vars map[string]any
	w.read(func(tx *db.Tx) error {
		all, err := w.Process.Of(tx, string(a.ID))
		if err != nil {
			return err
		}
		i, err := w.Process.Instance(tx, all[0].ID)
		vars = i.Vars
		return err
	})
	if len(vars) == 0 {
		w.Error("the process has lost what it knew")
	}
}

// TestRotationLeavesEverythingReadable: after the ring has turned all is written anew, and once
// more changes nothing.
func TestRotationLeavesEverythingReadable(t *testing.T) {
	each(t, func(w *world) {
		a, up := w.full()
		w.reads(a, up)
		key, err := w.PartyKey(w.system, DemoDepartment)
		w.ok(err)
		w.ok(w.Keys.Rotate(sign.Fields))
		stale := func() (n int64) {
			var all int64
			for _, count := range []func() (int64, error){
				func() (int64, error) { return w.Stale(w.system) },
				func() (int64, error) { return w.Licences.Stale(w.system) },
			} {
				n, err := count()
				w.ok(err)
				all += n
			}
			return all
		}
		if stale() == 0 {
			t.Fatal("nothing is stale: nothing was sealed")
		}
		w.reads(a, up)
		w.does(licences.JobRefresh)
		w.does(booking.JobRefresh)
		w.ok(w.reseal(w.system, func(int64) {}))
		if n := stale(); n != 0 {
			t.Errorf("%d values are still sealed with the old key", n)
		}
		w.reads(a, up)
		if again, err := w.PartyKey(w.system, DemoDepartment); err != nil || !again.Equal(key) {
			t.Errorf("the department's key: %v", err)
		}
		// And the case goes on.
		for _, step := range []struct{ as, outcome string }{{handler, "complete"}, {approver, "approve"}} {
			_, err := w.Decide(w.as(step.as), Decision{Task: w.tasks(a)[0].ID, Outcome: step.outcome})
			w.ok(err)
		}
		if c, err := w.Case(w.as("chan"), a.ID); err != nil || c.Stage != Approved {
			t.Errorf("%s %v", c.Stage, err)
		}
	})
}

// TestStoreHoldsNoPersonalText: of names, numbers, answers, notes, letters and file names nothing
// stands in the store as text: neither in the tables of the services, nor in facts, jobs and the
// audit trail.
func TestStoreHoldsNoPersonalText(t *testing.T) {
	each(t, func(w *world) {
		a, up := w.full()
		hall := w.submits(w.hall("chan"))
		dump := w.dump("services_", "events_", "jobs", "audit_", "search_", "web_")
		for _, secret := range []string{
			chineseName, englishName, cardNumber, "A123456", telephone, homeAddress, "2019-05-01", "4321.07", "8765.03", "黃小明乙",
			"內部備註丁", "請補交文件戊", "文件已寄出己", "薪金單丙", "salary of July", "粵曲聚會",
		} {
			if i := strings.Index(dump, secret); i >= 0 {
				t.Errorf("%s stands in the store: %.300s", secret, dump[max(0, i-150):])
			}
		}
		if !strings.Contains(dump, string(a.ID)) || !strings.Contains(dump, string(hall.ID)) || !strings.Contains(dump, up) {
			t.Error("the dump does not hold what is there")
		}
	})
}

// TestFailedProcessLosesNothing: an operation that cannot be done undoes the submission whole.
func TestFailedProcessLosesNothing(t *testing.T) {
	each(t, func(w *world) {
		b := w.bundle("address-certificate")
		b.change(t, processFile, `value="&quot;approved&quot;"`, `value="&quot;no such letter&quot;"`)
		_, err := w.Publish(w.as(editor), b, Open)
		w.ok(err)
		a := w.certificate("chan")
		got, err := w.Submit(w.as("chan"), a.ID)
		all := w.instances(a)
		switch {
		case err != nil && len(all) == 0 && !strings.Contains(w.dump("events_"), string(a.ID)): // refused as a whole: still a draft
		case err == nil && got.Stage == InProgress && len(all) == 1 && all[0].State == process.Failed: // kept, for an operator to retry
		default:
			t.Errorf("%v %+v %+v", err, got, all)
		}
		if d, _, err := w.Own(w.as("chan"), a.ID); err != nil || len(d.Answers) == 0 {
			t.Errorf("%+v %v", d, err)
		}
	})
}

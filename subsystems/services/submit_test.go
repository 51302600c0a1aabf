package services

import (
	"strings"
	"sync"
	"testing"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/fees"
	"praya/subsystems/services/process"
)

// TestSubmitOnce: a double click, and sixteen at once, are one submission: one process, one
// entry in the history, one fact, and one licence.
func TestSubmitOnce(t *testing.T) {
	each(t, func(w *world) {
		a := w.certificate("chan")
		var work sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			work.Go(func() { _, errs[i] = w.Submit(w.as("chan"), a.ID) })
		}
		work.Wait()
		for _, err := range errs {
			w.ok(err)
		}
		got := w.submits(a)
		if got.Stage != Approved || got.Reference != a.Reference {
			t.Errorf("%+v", got)
		}
		if n := len(w.instances(a)); n != 1 {
			t.Errorf("%d processes", n)
		}
		c, err := w.Case(w.as("chan"), a.ID)
		w.ok(err)
		kinds := ""
		for _, e := range c.History {
			kinds += string(e.Kind) + " "
		}
		if kinds != "submitted issued letter ended " || c.Licence == nil {
			t.Errorf("%s %+v", kinds, c.Licence)
		}
		if n := strings.Count(w.dump("events_"), "services.application.submitted"); n != 1 {
			t.Errorf("%d facts", n)
		}
	})
}

// TestAlteredValueIsRefused: what another department or the identity gave cannot be changed,
// neither by a page that is posted nor in the store of answers.
func TestAlteredValueIsRefused(t *testing.T) {
	each(t, func(w *world) {
		a := w.certificate("chan")
		w.takes(a, "address", "for", "bank", "home", "somewhere else", "since", "2001-01-01")
		w.takes(a, "applicant", "phone", telephone, "nameEn", "SOMEBODY ELSE", "hkid", "C123456(9)")
		got, _, err := w.Own(w.as("chan"), a.ID)
		w.ok(err)
		for pointer, want := range map[string]string{"/home": homeAddress, "/nameEn": englishName} {
			if v, _ := got.Answers.Get(pointer); v != want {
				t.Errorf("%s is %v", pointer, v)
			}
		}
		// A defect elsewhere that changes the answer is found when it is submitted.
		_, err = w.edit(w.as("chan"), a.ID, func(_ *db.Tx, a *Application, _ Offer) error {
			a.Answers = a.Answers.With("/home", "somewhere else")
			return nil
		})
		w.ok(err)
		_, err = w.Submit(w.as("chan"), a.ID)
		w.refused(err, "altered")
		if n := len(w.instances(a)); n != 0 {
			t.Errorf("%d processes", n)
		}
	})
}

// TestNeededDataCannotBeTyped: where a department has to be asked, an applicant cannot go around
// it by posting the pages: neither without consent, nor when nothing was fetched on it.
func TestNeededDataCannotBeTyped(t *testing.T) {
	each(t, func(w *world) {
		typed := func(a Application) {
			w.Helper()
			w.takes(a, "applicant", "phone", telephone)
			w.takes(a, "address", "for", "bank", "home", "somewhere else")
			_, err := w.Submit(w.as("chan"), a.ID)
			w.refused(err, "needed")
		}
		a := w.begin("chan", "address-certificate")
		typed(a)
		w.refused(w.Decline(w.as("chan"), a.ID, "immd.residence"), "needed")
		w.holders.down.Store(true)
		if err := w.Agree(w.as("chan"), a.ID, "immd.residence"); !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
		typed(a)
		got, o, err := w.Own(w.as("chan"), a.ID)
		w.ok(err)
		if len(got.Asking(o)) != 1 {
			t.Error("the applicant is not asked again once the department answers")
		}
		w.holders.down.Store(false)
		w.ok(w.Agree(w.as("chan"), a.ID, "immd.residence"))
		if got := w.submits(a); got.Stage != Approved {
			t.Errorf("%+v", got)
		}
	})
}

// TestConfirmationEndsWithAChange: a co-applicant confirms what stands there, and nothing else.
func TestConfirmationEndsWithAChange(t *testing.T) {
	each(t, func(w *world) {
		a := w.begin("chan", "food-licence")
		for _, wish := range []string{"immd.residence", "ird.business"} {
			w.ok(w.Decline(w.as("chan"), a.ID, wish))
		}
		w.takes(a, "applicant", "phone", telephone)
		w.takes(a, "home", "home", homeAddress)
		w.takes(a, "business", "business", "大好味")
		w.takes(a, "kind", "kind", "light", "partnered", "no")
		w.takes(a, "premises", "premises.building", "示範大廈", "premises.number", "1", "premises.street", "海旁道", "premises.district", "CW", "area", "50")
		token, err := w.Invite(w.as("chan"), a.ID, "黃小明乙")
		w.ok(err)
		_, err = w.Submit(w.as("chan"), a.ID)
		w.refused(err, "unconfirmed")
		w.refused(w.Confirm(w.as("chan"), token), "own-invitation")
		w.refused(w.Confirm(w.as(""), token), "sign-in")
		w.refused(w.Confirm(w.as("wong"), token+"x"), "no-invitation")
		w.ok(w.Confirm(w.as("wong"), token))
		w.refused(w.Confirm(w.as("lee"), token), "no-invitation") // it is somebody's already
		w.takes(a, "business", "business", "更好味")
		_, err = w.Submit(w.as("chan"), a.ID)
		w.refused(err, "unconfirmed")
		w.ok(w.Confirm(w.as("wong"), token))
		w.submits(a)
		w.refused(w.Confirm(w.as("wong"), token), "submitted")
	})
}

// TestDraftStaysWithItsVersion: a draft that was begun under a version is asked, checked and run
// as that version says, whatever was published since.
func TestDraftStaysWithItsVersion(t *testing.T) {
	each(t, func(w *world) {
		old := w.certificate("chan")
		b := w.bundle("address-certificate")
		b.change(w.T, formFile, `"for"]`, `"for", "more"]`)
		b.change(w.T, formFile, `"for": {"type"`, `"more": {"type": "string", "maxLength": 40}, "for": {"type"`)
		b.change(w.T, formFile, `{"at": "/phone",`, `{"at": "/more", "label": {"tc": "更多", "en": "More", "sc": "更多"}}, {"at": "/phone",`)
		b.change(w.T, processFile, `<bpmn:serviceTask id="approve" name="批准" praya:nameEn="Approve" praya:nameSc="批准" praya:operation="approve"/>`,
			`<bpmn:userTask id="approve" name="審批" praya:role="services-approver"/>`)
		number, err := w.Publish(w.as(editor), b, Open)
		w.ok(err)
		if number != 2 {
			t.Fatal(number)
		}
		if got := w.submits(old); got.Stage != Approved || got.Number != 1 {
			t.Errorf("the old one is %+v", got)
		}
		fresh := w.certificate2("lee")
		if got := w.submits(fresh); got.Stage != InProgress || got.Number != 2 || len(w.tasks(fresh)) != 1 {
			t.Errorf("the new one is %+v", got)
		}
		for a, want := range map[ApplicationID]int64{old.ID: 1, fresh.ID: 2} {
			if all := w.instances(Application{ID: a}); len(all) != 1 || all[0].Version != want {
				t.Errorf("%+v, want version %d", all, want)
			}
		}
		if again, err := w.Publish(w.as(editor), b, Open); err != nil || again != 2 {
			t.Errorf("the same bundle is version %d, %v", again, err)
		}
	})
}

// certificate2 answers what the second version asks for besides.
func (w *world) certificate2(account string) Application {
	w.Helper()
	a := w.begin(account, "address-certificate")
	w.ok(w.Agree(w.as(account), a.ID, "immd.residence"))
	w.takes(a, "applicant", "phone", telephone, "more", "more")
	w.takes(a, "address", "for", "bank")
	return a
}

// TestWithdraw: what ran for a case ends with it: its process, what it still asks for, and what
// was booked.
func TestWithdraw(t *testing.T) {
	each(t, func(w *world) {
		a := w.submits(w.hall("chan"))
		slot := booking.Slot{}
		w.read(func(tx *db.Tx) error {
			all, err := w.Booking.Free(tx, "hall", "demo-hall-east", tx.Now().Day().Add(1), 2)
			if err == nil {
				slot = all[0]
			}
			return err
		})
		b, err := w.Book(w.as("chan"), a.ID, slot.Place, slot.Start)
		w.ok(err)
		c, err := w.Case(w.as("chan"), a.ID)
		w.ok(err)
		if _, due := c.DueBill(); !due || c.Booking == nil {
			t.Fatalf("%+v", c)
		}
		w.ok(w.Withdraw(w.as("chan"), a.ID))
		c, err = w.Case(w.as("chan"), a.ID)
		w.ok(err)
		if c.Stage != Withdrawn || c.Booking != nil || len(c.Waits) != 0 || c.Bills[0].State != fees.Cancelled {
			t.Errorf("%s, booking %+v, waits %+v, bill %s", c.Stage, c.Booking, c.Waits, c.Bills[0].State)
		}
		if all := w.instances(a); all[0].State != process.Cancelled {
			t.Errorf("%+v", all)
		}
		w.refused(w.Withdraw(w.as("chan"), a.ID), "ended")
		_, err = w.Book(w.as("chan"), a.ID, slot.Place, slot.Start)
		w.refused(err, "ended")
		// The slot is free for somebody else.
		other := w.submits(w.hall("lee"))
		taken, err := w.Book(w.as("lee"), other.ID, slot.Place, slot.Start)
		w.ok(err)
		if taken.ID == b.ID {
			t.Error("the same booking")
		}
	})
}

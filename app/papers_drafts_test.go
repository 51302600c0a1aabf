package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/subsystems/performance/papers"
)

// figures are the heads and the material of a test: an invented sheet, which
// the test may change as the year goes on.
type figures struct{ sheet papers.Sheet }

func (f *figures) Head(_ context.Context, head string) (papers.Head, error) {
	if head != f.sheet.Head {
		return papers.Head{}, fault.New(fault.NotFound, "papers.fault.nothing")
	}
	return papers.Head{Number: head, Department: "DPO", Name: f.sheet.Title}, nil
}

func (f *figures) Material(_ context.Context, head, year string) (papers.Sheet, error) {
	if head != f.sheet.Head || year != f.sheet.Year {
		return papers.Sheet{}, fault.New(fault.NotFound, "papers.fault.nothing")
	}
	return f.sheet, nil
}

// desk is the next paper's subsystem of a test.
type desk struct {
	*testing.T
	*papers.Service
	*figures
}

func desks(t *testing.T, test func(d *desk)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) {
		store, err := db.Open(t.Context(), db.Config{URL: address, Connections: 8}, when.System)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		if _, err := store.Migrate(t.Context(), audit.Schema(), events.Schema(), jobs.Schema(), papers.Schema()); err != nil {
			t.Fatal(err)
		}
		folder, err := files.OpenFolder(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		policy, err := access.New(papers.Policy())
		if err != nil {
			t.Fatal(err)
		}
		f := &figures{sheet: papers.Invent(3, 3)}
		test(&desk{T: t, figures: f, Service: &papers.Service{
			DB: store, Files: files.New(folder, 0), Policy: policy, Heads: f, Material: f, Reader: paperReader{},
		}})
	})
}

// as is an officer of a department.
func (d *desk) as(officer, department string, roles ...string) context.Context {
	return who.With(d.T.Context(), who.Request{Realm: who.Production, Lang: lang.EN, Actor: who.Actor{
		Kind: who.Officer, ID: "account-" + officer, Duty: who.Duty{Officer: officer, Department: department, Roles: strings.Join(roles, " ")},
	}})
}

func (d *desk) drafter() context.Context { return d.as("ada", "DPO", papers.DrafterRole) }
func (d *desk) approver() context.Context {
	return d.as("ben", "DPO", papers.ApproverRole, papers.DrafterRole)
}

func (d *desk) begun() papers.Draft {
	d.Helper()
	x, err := d.Begin(d.drafter(), d.sheet.Head, d.sheet.Year)
	if err != nil {
		d.Fatal(err)
	}
	return x
}

func (d *desk) must(x papers.Draft, err error) papers.Draft {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
	return x
}

func (d *desk) refused(kind fault.Kind, err error) {
	d.Helper()
	if fault.Of(err) != kind || err == nil {
		d.Errorf("%v is not %s", err, kind)
	}
}

// explained writes the reasons that are asked for.
func (d *desk) explained(x papers.Draft) {
	d.Helper()
	t, err := d.Threshold(d.drafter(), x.Head)
	if err != nil {
		d.Fatal(err)
	}
	for _, a := range papers.Unexplained(x.Sheet, t) {
		if err := d.Edit(d.drafter(), x.ID, a.Place, "燈塔需要更換鏡片", "the lenses of lighthouses are replaced", 0); err != nil {
			d.Fatal(err)
		}
	}
}

// TestADraftBecomesAPaper: begun by one officer, approved and published by
// another, and kept byte by byte from then on.
func TestADraftBecomesAPaper(t *testing.T) {
	desks(t, func(d *desk) {
		x := d.begun()
		if x.State != papers.Drafting || x.Revision != 1 || x.Sheet.Programmes[0].Name != d.sheet.Programmes[0].Name {
			t.Fatalf("%+v", x)
		}
		d.explained(x)
		x = d.must(d.Submit(d.drafter(), x.ID, x.Version))
		_, err := d.Approve(d.as("ada", "DPO", papers.ApproverRole), x.ID, x.Version)
		d.refused(fault.Forbidden, err)
		x = d.must(d.Approve(d.approver(), x.ID, x.Version))
		x = d.must(d.Service.Publish(d.approver(), x.ID, x.Version))
		kept, err := d.Published(t.Context(), x)
		if err != nil || len(kept) != len(papers.FileKinds()) {
			t.Fatalf("%v %v", kept, err)
		}
		d.sheet = papers.Invent(4, 3) // what comes later changes nothing
		for _, f := range kept {
			_, r, err := d.Open(t.Context(), x, f.Kind)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(body)
			if hex.EncodeToString(sum[:]) != f.Address || int64(len(body)) != f.Size || len(body) < 3000 {
				t.Errorf("%s: %d bytes of %s", f.Kind, len(body), f.Address)
			}
		}
		d.refused(fault.Conflict, d.Edit(d.drafter(), x.ID, "programme/1/aim", "字", "word", 0))
		_, err = d.SendBack(d.approver(), x.ID, x.Version, "why")
		d.refused(fault.Conflict, err)
	})
}

func TestAnOfficerWhoWroteMayNotApprove(t *testing.T) {
	desks(t, func(d *desk) {
		x := d.begun()
		d.explained(x)
		if err := d.Edit(d.approver(), x.ID, "programme/1/aim", "本綱領的宗旨是照亮海面。", "The aim is to light the sea.", 0); err != nil {
			t.Fatal(err)
		}
		x = d.must(d.Submit(d.drafter(), x.ID, x.Version))
		_, err := d.Approve(d.approver(), x.ID, x.Version)
		d.refused(fault.Forbidden, err)
		d.must(d.Approve(d.as("cleo", "DPO", papers.ApproverRole), x.ID, x.Version))
	})
}

func TestAReasonIsAskedForBeforeApproval(t *testing.T) {
	desks(t, func(d *desk) {
		d.sheet.Programmes[0].Reason = lang.Text{}
		x := d.begun()
		system := who.AsSystem(t.Context(), who.Production)
		x = d.must(d.Submit(d.drafter(), x.ID, x.Version))
		_, err := d.Approve(d.approver(), x.ID, x.Version)
		d.refused(fault.Invalid, err)
		if err := d.SetThreshold(d.approver(), "", papers.DefaultThreshold(), "why", 0); fault.Of(err) != fault.Forbidden {
			t.Errorf("an officer sets the threshold: %v", err)
		}
		high := papers.Threshold{Percent: money.Int(1000), Millions: money.Int(100_000), Days: 14}
		if err := d.SetThreshold(system, x.Head, high, "the reasons are known", 0); err != nil {
			t.Fatal(err)
		}
		d.must(d.Approve(d.approver(), x.ID, x.Version))
	})
}

func TestOthersSeeNoDraft(t *testing.T) {
	desks(t, func(d *desk) {
		x := d.begun()
		for _, ctx := range []context.Context{
			t.Context(), d.as("zoe", "FEHD", papers.DrafterRole, papers.ApproverRole), d.as("yan", "DPO", "staff-manager"),
		} {
			if list, err := d.List(ctx); err != nil || len(list) != 0 {
				t.Errorf("%v %v", list, err)
			}
			_, err := d.Report(ctx, x.Head, x.Year, 0)
			d.refused(fault.NotFound, err)
			_, err = d.Draft(ctx, x.ID)
			d.refused(fault.NotFound, err)
			_, err = d.Submit(ctx, x.ID, x.Version)
			d.refused(fault.NotFound, err)
			d.refused(fault.NotFound, d.Edit(ctx, x.ID, "programme/1/aim", "字", "word", 0))
			d.refused(fault.NotFound, d.Comment(ctx, x.ID, papers.SectionFront, "hello"))
			if c, err := d.Comments(ctx, x); err != nil || c != nil {
				t.Errorf("%v %v", c, err)
			}
			if _, err := d.Begin(ctx, x.Head, x.Year); err == nil {
				t.Error("somebody else begins a draft")
			}
		}
		if list, err := d.List(d.drafter()); err != nil || len(list) != 1 || list[0].State != papers.Drafting {
			t.Errorf("%v %v", list, err)
		}
	})
}

// TestTwoOfficersWriteInOnePlace: the second one is told, and nothing is lost.
func TestTwoOfficersWriteInOnePlace(t *testing.T) {
	desks(t, func(d *desk) {
		x := d.begun()
		const at = "programme/1/aim"
		if err := d.Edit(d.drafter(), x.ID, at, "第一。", "First.", 0); err != nil {
			t.Fatal(err)
		}
		d.refused(fault.Conflict, d.Edit(d.approver(), x.ID, at, "第二。", "Second.", 0))
		if err := d.Edit(d.approver(), x.ID, at, "第二。", "Second.", 1); err != nil {
			t.Fatal(err)
		}
		x = d.must(d.Draft(d.drafter(), x.ID))
		past, err := d.Past(d.drafter(), x.ID, at)
		if err != nil || len(past) != 1 || past[0].Words.TC != "第一。" || past[0].Author != "ada" || x.Sheet.Programmes[0].Aim.EN != "Second." {
			t.Errorf("%+v %v %+v", past, err, x.Sheet.Programmes[0].Aim)
		}
		for _, bad := range []string{"兩\n行", "有\t格", "註†", "", strings.Repeat("長", 5000)} {
			d.refused(fault.Invalid, d.Edit(d.drafter(), x.ID, at, bad, "word", 2))
		}
		d.refused(fault.NotFound, d.Edit(d.drafter(), x.ID, "programme/99/aim", "字", "word", 0))
	})
}

// TestFiguresAreDrawnAnew: what officers wrote stays, what changed is told.
func TestFiguresAreDrawnAnew(t *testing.T) {
	desks(t, func(d *desk) {
		x := d.begun()
		if err := d.Edit(d.drafter(), x.ID, "programme/2/aim", "照亮海面。", "To light the sea.", 0); err != nil {
			t.Fatal(err)
		}
		target := &d.sheet.Programmes[0].Targets[0]
		was := target.Plan
		target.Plan = papers.Known(money.Int(77))
		changes, err := d.Refresh(d.drafter(), x.ID, x.Version)
		if err != nil || len(changes) != 1 || changes[0].Is != "77" || changes[0].Was != was.Value.String() || changes[0].Table != "targets" {
			t.Errorf("%+v %v", changes, err)
		}
		x = d.must(d.Draft(d.drafter(), x.ID))
		if x.Sheet.Programmes[1].Aim.EN != "To light the sea." || x.Sheet.Programmes[0].Targets[0].Plan.Value.String() != "77" {
			t.Errorf("%+v", x.Sheet.Programmes[1].Aim)
		}
		_, err = d.Refresh(d.drafter(), x.ID, x.Version-1)
		d.refused(fault.Conflict, err)
		d.sheet.Programmes = d.sheet.Programmes[:1]
		if _, err := d.Refresh(d.drafter(), x.ID, x.Version); err != nil {
			t.Fatal(err)
		}
		x = d.must(d.Draft(d.drafter(), x.ID))
		if len(x.Stale) != 1 || x.Stale[0].Words.EN != "To light the sea." {
			t.Errorf("words without a place are lost: %+v", x.Stale)
		}
		_, err = d.Submit(d.drafter(), x.ID, x.Version) // one programme is not the whole Head
		d.refused(fault.Invalid, err)
	})
}

// TestWordsStayWithTheirItem: when the list is drawn anew with another item
// before it, what an officer wrote does not land on the wrong one.
func TestWordsStayWithTheirItem(t *testing.T) {
	desks(t, func(d *desk) {
		items := func(names ...string) (out []papers.Item) {
			for _, n := range names {
				out = append(out, papers.Item{Words: lang.Text{TC: n, EN: n}})
			}
			return out
		}
		d.sheet.Programmes[0].Done = items("甲", "乙")
		x := d.begun()
		key := ""
		for _, p := range x.Places() {
			if p.Words.TC == "乙" {
				key = p.Key
			}
		}
		if err := d.Edit(d.drafter(), x.ID, key, "乙改", "second, edited", 0); err != nil {
			t.Fatal(err)
		}
		d.sheet.Programmes[0].Done = items("丙", "甲", "乙")
		if _, err := d.Refresh(d.drafter(), x.ID, x.Version); err != nil {
			t.Fatal(err)
		}
		x = d.must(d.Draft(d.drafter(), x.ID))
		var got []string
		for _, i := range x.Sheet.Programmes[0].Done {
			got = append(got, i.Words.TC)
		}
		if strings.Join(got, " ") != "丙 甲 乙改" || len(x.Stale) != 0 {
			t.Errorf("%v, stale %+v", got, x.Stale)
		}
		for _, p := range x.Places() {
			if p.Words.TC == "乙改" && p.Key != key {
				t.Errorf("the place is now called %s", p.Key)
			}
		}
	})
}

func TestARevisionTakesTheWordsOver(t *testing.T) {
	desks(t, func(d *desk) {
		x := d.begun()
		_, err := d.Begin(d.drafter(), x.Head, x.Year)
		d.refused(fault.Conflict, err)
		if err := d.Edit(d.drafter(), x.ID, "programme/1/aim", "照亮海面。", "To light the sea.", 0); err != nil {
			t.Fatal(err)
		}
		d.explained(x)
		x = d.must(d.Submit(d.drafter(), x.ID, x.Version))
		x = d.must(d.SendBack(d.approver(), x.ID, x.Version, "programme 2 says too little"))
		if x.State != papers.Drafting || x.Returned == "" {
			t.Errorf("%+v", x.State)
		}
		x = d.must(d.Submit(d.drafter(), x.ID, x.Version))
		x = d.must(d.Approve(d.approver(), x.ID, x.Version))
		x = d.must(d.Service.Publish(d.approver(), x.ID, x.Version))
		next := d.begun()
		if next.Revision != 2 || next.Sheet.Programmes[0].Aim.EN != "To light the sea." {
			t.Errorf("%d %+v", next.Revision, next.Sheet.Programmes[0].Aim)
		}
		public, err := d.Report(t.Context(), x.Head, x.Year, 0)
		if err != nil || public.Revision != 1 || public.State != papers.Published {
			t.Errorf("%+v %v", public.Revision, err)
		}
	})
}

func TestCommentsAreSettled(t *testing.T) {
	desks(t, func(d *desk) {
		x := d.begun()
		d.refused(fault.Invalid, d.Comment(d.drafter(), x.ID, papers.SectionFront, "  "))
		d.refused(fault.NotFound, d.Comment(d.drafter(), x.ID, "programme-99", "hello"))
		if err := d.Comment(d.approver(), x.ID, papers.ProgrammeSection("1"), "這裏要補充"); err != nil {
			t.Fatal(err)
		}
		list, err := d.Comments(d.drafter(), x)
		if err != nil || len(list) != 1 || !list[0].Open() {
			t.Fatalf("%+v %v", list, err)
		}
		if err := d.Resolve(d.drafter(), list[0].ID, list[0].Version); err != nil {
			t.Fatal(err)
		}
		d.refused(fault.Conflict, d.Resolve(d.drafter(), list[0].ID, list[0].Version))
		list, err = d.Comments(d.drafter(), x)
		if err != nil || list[0].Open() || list[0].Resolved.By != "ada" {
			t.Errorf("%+v %v", list, err)
		}
	})
}

// TestTheReadersVerdictIsComputed: a sheet whose words forge a figure is read
// otherwise than it was written, and is not approved.
func TestTheReadersVerdictIsComputed(t *testing.T) {
	desks(t, func(d *desk) {
		x := d.begun()
		v, err := d.ReadBack(t.Context(), x)
		if err != nil || !v.Sound() || v.Figures < 100 || v.Outcomes[papers.OutcomeAgrees] < 50 {
			t.Fatalf("%+v %v", v, err)
		}
		d.explained(x)
		if err := d.Edit(d.drafter(), x.ID, "programme/1/reason", "部門開支較二零五八至五九年度的修訂預算增加 9.999 億元", "departmental expenses", 0); err != nil {
			t.Fatal(err)
		}
		x = d.must(d.Draft(d.drafter(), x.ID))
		if v, err = d.ReadBack(t.Context(), x); err != nil || v.Sound() {
			t.Errorf("%+v %v", v.Reading.Faults(), err)
		}
		x = d.must(d.Submit(d.drafter(), x.ID, x.Version))
		_, err = d.Approve(d.approver(), x.ID, x.Version)
		d.refused(fault.Invalid, err)
	})
}

// told are reminders that a test remembers, each once, as an inbox keeps them.
type told struct {
	held map[string]bool // posts that somebody holds
	all  []string
}

func (r *told) tell(to, key, path string) {
	if once := to + " " + key + " " + path; !slices.Contains(r.all, once) {
		r.all = append(r.all, once)
	}
}

func (r *told) Remind(_ context.Context, department string, roles []string, key, path string) error {
	r.tell(department+"/"+strings.Join(roles, ","), key, path)
	return nil
}

func (r *told) RemindPost(_ context.Context, department, post, key, path string) (bool, error) {
	if r.held[post] {
		r.tell(department+"/"+post, key, path)
	}
	return r.held[post], nil
}

// of counts who was told what, by the first word of the key.
func (r *told) of() map[string]int {
	out := map[string]int{}
	for _, x := range r.all {
		f := strings.Fields(x)
		out[f[0]+" "+f[1]]++
	}
	return out
}

// titles are the posts of a department.
type titles map[string]lang.Text

func (t titles) Post(_ context.Context, id string) (lang.Text, error) { return t[id], nil }
func (t titles) Posts(context.Context, string) (map[string]lang.Text, error) {
	return t, nil
}

// TestOwnersAreAskedForReasons: whoever answers for a line is told when a reason is asked of it and
// again before it is due, once each; a post that nobody holds is told through those who draft.
func TestOwnersAreAskedForReasons(t *testing.T) {
	desks(t, func(d *desk) {
		system := who.AsSystem(t.Context(), who.Production)
		r := &told{held: map[string]bool{"post-1": true}}
		d.Reminders = r
		d.Service.Posts = titles{"post-1": {EN: "Head of programme 1"}, "post-2": {EN: "Nobody holds it"}}
		for i := range d.sheet.Programmes {
			d.sheet.Programmes[i].Reason = lang.Text{}
			d.sheet.Programmes[i].Provision[papers.Estimate] = papers.Known(money.Int(int32(900 + i)))
		}
		d.refused(fault.NotFound, d.SetOwner(d.drafter(), papers.Owner{Head: d.sheet.Head, Line: "cats/1", Post: "post-1"}))
		d.refused(fault.Invalid, d.SetOwner(d.drafter(), papers.Owner{Head: d.sheet.Head, Line: "programme/1", Post: "post-9"}))
		d.refused(fault.Forbidden, d.SetOwner(d.as("zoe", "FEHD", papers.DrafterRole), papers.Owner{Head: d.sheet.Head, Line: "programme/1", Post: "post-1"}))
		for line, post := range map[string]string{"programme/1": "post-1", "programme/2": "post-2"} {
			if err := d.SetOwner(d.drafter(), papers.Owner{Head: d.sheet.Head, Line: line, Post: post}); err != nil {
				t.Fatal(err)
			}
		}
		d.refused(fault.Conflict, d.SetOwner(d.approver(), papers.Owner{Head: d.sheet.Head, Line: "programme/1"})) // it was set since
		x := d.begun()
		run := func() {
			t.Helper()
			if err := d.RemindReasons(system, jobs.Job{}, nil); err != nil {
				t.Fatal(err)
			}
		}
		d.refused(fault.Forbidden, d.RemindReasons(d.drafter(), jobs.Job{}, nil))
		run()
		run()
		if got := r.of(); got["DPO/post-1 papers.asked"] != 1 || got["DPO/papers-drafter papers.asked"] != 1 || len(got) != 2 {
			t.Errorf("%v", got)
		}
		due, err := d.Due(d.drafter(), x.ID)
		if err != nil || due["programme/1/reason"].Due != d.DB.Clock()().Day().Add(14) {
			t.Errorf("%+v %v", due, err)
		}
		if err := d.Edit(d.drafter(), x.ID, "programme/1/reason", "字", "word", 0); err != nil {
			t.Fatal(err)
		}
		soon := papers.DefaultThreshold()
		soon.Days = 3
		if err := d.SetThreshold(d.approver(), x.Head, soon, "time is short", 0); err != nil {
			t.Fatal(err)
		}
		run()
		if got := r.of(); len(got) != 2 {
			t.Errorf("what was asked before keeps its day: %v", got)
		}
		d.sheet.Programmes[1].Provision[papers.Estimate] = d.sheet.Programmes[1].Provision[papers.Revised]
		d.must(d.Draft(d.drafter(), x.ID))
		if _, err := d.Refresh(d.drafter(), x.ID, x.Version); err != nil {
			t.Fatal(err)
		}
		run()
		if due, err = d.Due(d.drafter(), x.ID); err != nil || due["programme/2/reason"].Place != "" {
			t.Errorf("no reason is asked of what did not change: %+v %v", due, err)
		}
		d.sheet.Programmes[1].Provision[papers.Estimate] = papers.Known(money.Int(900))
		x = d.must(d.Draft(d.drafter(), x.ID))
		if _, err := d.Refresh(d.drafter(), x.ID, x.Version); err != nil {
			t.Fatal(err)
		}
		run()
		if got := r.of(); got["DPO/papers-drafter papers.due"] != 1 || got["DPO/post-1 papers.due"] != 0 || got["DPO/papers-drafter papers.asked"] != 2 {
			t.Errorf("%v", got)
		}
	})
}

// TestTheThresholdIsOnRecord: set by who approves the head's reports, with why, and never over
// somebody else's unseen.
func TestTheThresholdIsOnRecord(t *testing.T) {
	desks(t, func(d *desk) {
		ten := papers.Threshold{Percent: money.Int(10), Millions: money.Int(20), Days: 7}
		head := d.sheet.Head
		d.refused(fault.Forbidden, d.SetThreshold(d.drafter(), head, ten, "why", 0))
		d.refused(fault.Forbidden, d.SetThreshold(d.as("zoe", "FEHD", papers.ApproverRole), head, ten, "why", 0))
		d.refused(fault.Invalid, d.SetThreshold(d.approver(), head, ten, " ", 0))
		for _, bad := range []papers.Threshold{
			{Percent: money.Int(-1), Days: 7}, {Percent: money.Int(1001), Days: 7}, {Millions: money.Int(-1), Days: 7}, {}, {Days: 91},
		} {
			d.refused(fault.Invalid, d.SetThreshold(d.approver(), head, bad, "why", 0))
		}
		if err := d.SetThreshold(d.approver(), head, ten, "as the bureau asked", 0); err != nil {
			t.Fatal(err)
		}
		d.refused(fault.Conflict, d.SetThreshold(d.approver(), head, ten, "unseen", 0))
		ten.Days = 8
		if err := d.SetThreshold(d.as("cleo", "DPO", papers.ApproverRole), head, ten, "a day more", 1); err != nil {
			t.Fatal(err)
		}
		if now, err := d.Threshold(t.Context(), head); err != nil || now.Days != 8 || now.Percent.String() != "10" {
			t.Errorf("%+v %v", now, err)
		}
		all, err := d.Thresholds(d.drafter(), head)
		if err != nil || len(all) != 2 || all[0].By.By != "cleo" || all[1].Why != "as the bureau asked" || all[1].By.By != "ben" {
			t.Errorf("%+v %v", all, err)
		}
		_, err = d.Thresholds(d.as("zoe", "FEHD", papers.DrafterRole), head)
		d.refused(fault.Forbidden, err)
	})
}

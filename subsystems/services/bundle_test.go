package services

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"praya/platform/db"
	"praya/subsystems/services/booking"
)

// TestBundlesThatCannotRun: each defect is named with its file and place, and several at once are
// all named.
func TestBundlesThatCannotRun(t *testing.T) {
	w := &world{T: t, Service: bare(t)}
	for name, x := range map[string]struct {
		bundle, file, old, fresh string
		want                     Problem
	}{
		"dead end": {
			"address-certificate", processFile, `<bpmn:sequenceFlow id="f3" sourceRef="letter" targetRef="approve"/>`, ``,
			Problem{File: processFile, Where: "letter", Key: "process.problem.dead-end"},
		},
		"missing form": {
			"living-benefit", processFile, `praya:role="services-handler"`, `praya:role="services-handler" praya:form="inspection"`,
			Problem{File: processFile, Where: "check", Key: "process.problem.unknown-form"},
		},
		"unknown role": {
			"living-benefit", processFile, `praya:role="services-handler"`, `praya:role="services-king"`,
			Problem{File: processFile, Where: "check", Key: "process.problem.unknown-role"},
		},
		"unknown operation": {
			"address-certificate", processFile, `praya:operation="issue"`, `praya:operation="erase"`,
			Problem{File: processFile, Where: "issue", Key: "process.problem.unknown-operation"},
		},
		"missing table": {
			"food-licence", processFile, `praya:decision="food-licence-fee"`, `praya:decision="food-licence-other"`,
			Problem{File: processFile, Where: "fee", Key: "process.problem.unknown-decision"},
		},
		"overlapping rows": {
			"food-licence", "food-licence-fee.dmn", `<text>> 50</text>`, `<text>>= 50</text>`,
			Problem{File: "food-licence-fee.dmn", Where: "r2", Key: "process.problem.table-overlap"},
		},
		"field without a schema": {
			"hall-booking", formFile, `"at": "/purpose"`, `"at": "/purposes"`,
			Problem{File: formFile, Where: "/ui/pages/1/fields/0/at", Key: "forms.form.not-in-schema"},
		},
		"unknown member": {
			"hall-booking", serviceFile, `"days": 0`, `"days": 0, "dayss": 1`,
			Problem{File: serviceFile, Key: "services.problem.json"},
		},
		"missing language": {
			"hall-booking", serviceFile, `"en": "HK$120 a session"`, `"en": ""`,
			Problem{File: serviceFile, Where: "fee", Key: "services.problem.languages"},
		},
		"fact that is no expression": {
			"food-licence", serviceFile, `"kind": "answers.kind"`, `"kind": "answers."`,
			Problem{File: serviceFile, Where: "facts.kind", Key: "services.problem.expression"},
		},
		"value of the licence that is no expression": {
			"food-licence", serviceFile, `"holder": "answers.nameEn"`, `"holder": "answers."`,
			Problem{File: serviceFile, Where: "licence_values.holder", Key: "services.problem.expression"},
		},
		"licence of another department": {
			"food-licence", serviceFile, `"code": "food-licence",
    "department": "DEMO"`, `"code": "food-licence",
    "department": "OTHER"`,
			Problem{File: serviceFile, Where: "licence", Key: "services.problem.foreign"},
		},
		"place of another department": {
			"food-licence", serviceFile, `"code": "demo-premises",
      "department": "DEMO"`, `"code": "demo-premises",
      "department": "OTHER"`,
			Problem{File: serviceFile, Where: "places.demo-premises", Key: "services.problem.foreign"},
		},
		"schedule at a place that is not the bundle's": {
			"food-licence", serviceFile, `"place": "demo-premises"`, `"place": "hall-of-others"`,
			Problem{File: serviceFile, Where: "schedules.hall-of-others", Key: "services.problem.foreign"},
		},
	} {
		b := w.bundle(x.bundle)
		b.change(t, x.file, x.old, x.fresh)
		_, got := w.Check(b)
		if !slices.ContainsFunc(got, func(p Problem) bool {
			return p.File == x.want.File && (x.want.Where == "" || p.Where == x.want.Where) && (x.want.Key == "" || p.Key == x.want.Key)
		}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	b := w.bundle("food-licence")
	b.change(t, processFile, `praya:role="services-inspector"`, `praya:role="services-king"`)
	b.change(t, processFile, `praya:operation="await-booking"`, `praya:operation="erase"`)
	b.change(t, serviceFile, `"kind": "answers.kind"`, `"kind": "answers."`)
	b["notes.txt"] = []byte("a file that nobody knows")
	delete(b, formFile)
	_, got := w.Check(b)
	said := got.Error()
	for _, want := range []string{"visit", "ask-visit", "notes.txt", formFile} {
		if !strings.Contains(said, want) {
			t.Errorf("%s is not named in\n%s", want, said)
		}
	}
}

// TestNobodyPublishesForOthers: a department's editor changes nothing of another department's:
// no service, no licence, no place, not even by a bundle that names both.
func TestNobodyPublishesForOthers(t *testing.T) {
	each(t, func(w *world) {
		b := w.bundle("hall-booking")
		for _, account := range []string{rival, handler, "chan", ""} {
			if _, err := w.Publish(w.as(account), b, Open); err == nil {
				t.Errorf("%q publishes for DEMO", account)
			}
		}
		taken := w.bundle("hall-booking")
		taken[serviceFile] = []byte(strings.ReplaceAll(string(taken[serviceFile]), `"DEMO"`, `"OTHER"`))
		if _, err := w.Publish(w.as(rival), taken, Open); err == nil {
			t.Error("a service is taken over")
		}
		mixed := w.bundle("hall-booking")
		mixed.change(t, serviceFile, `"code": "hall-booking",
  "department": "DEMO"`, `"code": "hall-of-others",
  "department": "OTHER"`)
		var all Problems
		if _, err := w.Publish(w.as(rival), mixed, Open); !errors.As(err, &all) {
			t.Errorf("a licence and places are taken over: %v", err)
		}
		unknown := w.bundle("hall-booking")
		unknown[serviceFile] = []byte(strings.ReplaceAll(string(unknown[serviceFile]), `"DEMO"`, `"NONE"`))
		if _, err := w.Publish(w.system, unknown, Open); !errors.As(err, &all) || all[len(all)-1].Where != "department" {
			t.Errorf("a department that nobody knows: %v", err)
		}
		o, err := w.Offered(w.as(""), "hall-booking")
		w.ok(err)
		if o.Department != DemoDepartment || o.Number != 1 {
			t.Errorf("%s %d", o.Department, o.Number)
		}
	})
}

// TestPublishingKeepsWhatOfficersChanged: of places and schedules a bundle changes what it says in
// another way than the one before, and nothing that would strand somebody's booking.
func TestPublishingKeepsWhatOfficersChanged(t *testing.T) {
	each(t, func(w *world) {
		schedule := func(place string) (o booking.Schedule) {
			w.ok(w.DB.Read(w.system, func(tx *db.Tx) error {
				all, err := w.Booking.Schedules(tx, "hall", place)
				if err == nil {
					o = all[0]
				}
				return err
			}))
			return o
		}
		for _, place := range []string{"demo-hall-east", "demo-hall-west"} {
			o := schedule(place)
			o.Quota = 3
			w.ok(w.DB.Write(w.system, func(tx *db.Tx) error {
				_, err := w.Booking.PutSchedule(tx, o)
				return err
			}))
		}
		b := w.bundle("hall-booking")
		b.change(t, serviceFile, `"days": 0`, `"days": 1`)
		b.change(t, serviceFile, `"weekdays": [0, 6]`, `"weekdays": [0, 5, 6]`)
		_, err := w.Publish(w.as(editor), b, Open)
		w.ok(err)
		if east, west := schedule("demo-hall-east"), schedule("demo-hall-west"); east.Quota != 3 || west.Quota != 1 || len(west.Weekdays) != 3 {
			t.Errorf("%+v\n%+v", east, west)
		}
		b.change(t, serviceFile, `"schedules": [`, `"schedules": [{"place": "demo-hall-east", "service": "hall", "title": {"tc": "排練", "en": "Rehearsal", "sc": "排练"},
			"weekdays": [1], "from": "07:00", "to": "09:00", "minutes": 60, "quota": 2, "ahead": 30, "cents": 3000},`)
		for _, days := range []string{`"days": 1`, `"days": 2`} { // twice: the second time it is there
			b.change(t, serviceFile, days, `"days": 2`)
			b.change(t, serviceFile, `"cents": 3000`, `"cents": 3000 `)
			_, err = w.Publish(w.as(editor), b, Open)
			w.ok(err)
		}
		w.ok(w.DB.Read(w.system, func(tx *db.Tx) error {
			all, err := w.Booking.Schedules(tx, "hall", "demo-hall-east")
			if len(all) != 2 || all[0].Quota+all[1].Quota != 5 {
				t.Errorf("%+v", all)
			}
			return err
		}))
	})
}

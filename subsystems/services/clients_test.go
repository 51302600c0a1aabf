package services

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"praya/kernel/when"
	"praya/platform/web/browsertest"
	"praya/subsystems/services/forms"
	"praya/subsystems/services/process"
)

// Programs that we did not write read what departments write for Praya, and Praya reads what
// those programs write.

const modulesFolder = "../../conformance/node_modules"

//nolint:gochecknoglobals // one browser for the whole package
var chromium browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chromium.Run(m)) }

// needs skips a test where npm's packages are not installed.
func needs(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(modulesFolder, name)); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("npm ci was not run in conformance: %v", err)
			}
			t.Skipf("run .ci/install first: %v", err)
		}
	}
}

// client runs one of the scripts, and gives what it prints.
func client(t *testing.T, script, at string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var wrong strings.Builder
	cmd := exec.CommandContext(ctx, "node", filepath.Join("..", "..", "conformance", "services", script), at)
	cmd.Stderr = &wrong
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v\n%.4000s", script, err, wrong.String())
	}
	return out
}

// shipped are the demonstration's bundles, by code.
func shipped(t *testing.T) (*Service, map[string]Bundle) {
	t.Helper()
	s, out := bare(t), map[string]Bundle{}
	all, err := demoBundles()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range all {
		p, problems := s.Check(b)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		out[p.Code] = b
	}
	return s, out
}

// judged is an answer with what it should be called by each validator. Pages ask more than the
// schema can say, and Praya drops what no page asks before it looks: there they may differ.
type judged struct {
	change  map[string]any // of a good answer; nil takes a member away
	schema  bool           // the schema accepts it
	accepts bool           // Praya does
}

func good() map[string]map[string]any {
	person := func(more map[string]any) map[string]any {
		out := map[string]any{"nameEn": "CHAN Tai Man", "hkid": "A123456(3)", "phone": "91234567"}
		maps.Copy(out, more)
		return out
	}
	return map[string]map[string]any{
		"hall-booking":    person(map[string]any{"purpose": "Concert", "people": 80.0, "children": false}),
		"vehicle-renewal": person(map[string]any{"plate": "AB1234", "fuel": "petrol", "months": "12", "insured": "P-1"}),
		"living-benefit":  person(map[string]any{"income": 900000.0, "savings": 0.0}),
		"decision-review": person(map[string]any{"reference": "ABCD-EFGH-J", "why": "New facts"}),
	}
}

func table() map[string][]judged {
	m := func(pairs ...any) map[string]any {
		out := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i].(string)] = pairs[i+1]
		}
		return out
	}
	no := func(pairs ...any) judged { return judged{m(pairs...), false, false} }
	yes := func(pairs ...any) judged { return judged{m(pairs...), true, true} }
	pages := func(pairs ...any) judged { return judged{m(pairs...), true, false} }
	drops := func(pairs ...any) judged { return judged{m(pairs...), false, true} }
	return map[string][]judged{
		"hall-booking": {
			yes(), yes("email", "chan@example.hk"), yes("nameZh", "陳大文"), yes("nameZh", "𠮷田"), yes("people", 1.0), yes("people", 400.0),
			yes("children", true, "minors", 80.0), yes("equipment", []any{"sound", "chairs"}), yes("phone", "+447911123456"), yes("hkid", "C123456(9)"),
			no("hkid", "A123456(4)"), no("hkid", "a123456(3)"), no("hkid", "A1234563"), no("phone", "1234567"), no("phone", "12345678"), no("phone", "+85291234567"),
			no("people", 0.0), no("people", 401.0), no("people", 1.5), no("people", "80"), no("children", "yes"), no("equipment", []any{"sound", "sound"}),
			no("equipment", []any{"lights"}), no("email", "chan@"), no("purpose", nil), no("hkid", nil), drops("unasked", 1.0), no("nameZh", strings.Repeat("陳", 41)),
			pages("children", true, "minors", 81.0), // more children than people
			pages("children", true),                 // how many is asked under a condition
		},
		"vehicle-renewal": {
			yes(), yes("fuel", "electric"), yes("months", "4"), yes("licence", "VL-0000-0000-0"), yes("insured", strings.Repeat("保", 40)),
			no("fuel", "diesel"), no("fuel", "Petrol"), no("fuel", true), no("months", 4.0), no("months", "6"), no("months", nil), no("insured", nil),
			no("insured", strings.Repeat("保", 41)), no("plate", nil), no("plate", "ab1234"), no("plate", []any{"AB1234"}), no("nameEn", nil), no("phone", nil),
			drops("colour", "red"), no("licence", 5.0), no("hkid", "AB987654(9)"),
		},
		"living-benefit": {
			yes(), yes("income", 0.0), yes("income", 100000000.0), yes("members", []any{}), yes("members", []any{map[string]any{"name": "LEE", "income": 0.0}}),
			no("income", 100000001.0), no("income", -1.0), no("income", 1.5), no("income", nil), no("savings", nil), no("savings", 10000000001.0),
			no("members", []any{map[string]any{"name": "LEE"}}), no("members", []any{map[string]any{"name": "LEE", "income": "0"}}),
			drops("members", []any{map[string]any{"name": "LEE", "income": 0.0, "age": 3.0}}), drops("members", map[string]any{}), no("members", slices.Repeat([]any{map[string]any{"name": "LEE", "income": 0.0}}, 13)),
			yes("members", slices.Repeat([]any{map[string]any{"name": "LEE", "income": 0.0}}, 12)),
			no("proof", "file"), no("proof", []any{map[string]any{"file": "x"}}), yes("proof", []any{}),
		},
		"decision-review": {
			yes(), yes("decided", "2026-02-28"), yes("decided", "2024-02-29"), yes("why", strings.Repeat("理", 4000)),
			no("decided", "2026-02-29"), no("decided", "28/2/2026"), no("decided", "2026-2-28"), no("decided", 20260228.0), no("why", nil), no("why", strings.Repeat("理", 4001)),
			no("reference", nil), no("reference", strings.Repeat("A", 21)), no("evidence", map[string]any{}),
			pages("decided", "2099-01-01"), // it has not come
		},
	}
}

// TestValidatorsAgree: Ajv compiles every form's schema in its strict mode, and judges answers as
// Praya does, but for what only pages can ask. Whatever Praya accepts, Ajv accepts as it is kept.
func TestValidatorsAgree(t *testing.T) {
	needs(t, "ajv", "ajv-formats")
	_, bundles := shipped(t)
	type asked struct {
		Form    string           `json:"form"`
		Schema  json.RawMessage  `json:"schema"`
		Answers []map[string]any `json:"answers"`
		form    *forms.Form
		judged  []judged
	}
	today := when.Day{Year: 2026, Month: 11, Date: 22}
	var all []asked
	for _, code := range slices.Sorted(maps.Keys(bundles)) {
		f, err := forms.Read(bundles[code][formFile])
		if err != nil {
			t.Fatal(err)
		}
		a := asked{Form: code, Schema: f.Schema(), Answers: []map[string]any{}, form: f, judged: table()[code]}
		for _, j := range a.judged {
			answer := maps.Clone(good()[code])
			for name, v := range j.change {
				if answer[name] = v; v == nil {
					delete(answer, name)
				}
			}
			a.Answers = append(a.Answers, answer, f.Prune(answer, today))
		}
		all = append(all, a)
	}
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "answers.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	var verdicts [][]bool
	if err := json.Unmarshal(client(t, "forms.mjs", file), &verdicts); err != nil || len(verdicts) != len(all) {
		t.Fatalf("%v: %d of %d forms", err, len(verdicts), len(all))
	}
	count := 0
	for i, a := range all {
		for n, j := range a.judged {
			count++
			given, kept := verdicts[i][2*n], verdicts[i][2*n+1]
			if given != j.schema || j.accepts && !kept {
				t.Errorf("%s, %v: Ajv says %v, and %v of what is kept", a.Form, j.change, given, kept)
			}
			if problems := a.form.Check(a.Answers[2*n], today); (len(problems) == 0) != j.accepts {
				t.Errorf("%s, %v: Praya says %v", a.Form, j.change, problems)
			}
		}
	}
	t.Logf("%d forms compile, %d answers judged", len(all), count)
}

// drawing is what a client found in a process.
type drawing struct {
	Nodes map[string][2]string `json:"nodes"`
	Flows map[string][3]string `json:"flows"`
}

func sketch(m *process.Model) (out drawing) {
	out = drawing{map[string][2]string{}, map[string][3]string{}}
	for id, n := range m.Nodes {
		out.Nodes[id] = [2]string{"bpmn:" + strings.ToUpper(string(n.Kind[:1])) + string(n.Kind[1:]), n.Name.TC}
		for _, f := range n.Out {
			out.Flows[f.ID] = [3]string{f.From, f.To, f.Condition}
		}
	}
	return out
}

// TestModdleReadsWhatWeExport: bpmn-moddle and dmn-moddle read every process and table without a
// warning, and find in it what we do. What they write is a bundle that can be published, with the
// same nodes, flows and rules.
func TestModdleReadsWhatWeExport(t *testing.T) {
	needs(t, "bpmn-moddle", "dmn-moddle")
	s, bundles := shipped(t)
	dir := t.TempDir()
	write := func(name string, raw []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) []byte {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for code, b := range bundles {
		m, err := process.ReadModel(b[processFile])
		if err != nil {
			t.Fatal(err)
		}
		write(code+".bpmn", m.XML())
		for name, raw := range b {
			if strings.HasSuffix(name, ".dmn") {
				write(name, raw)
			}
		}
	}
	t.Logf("%s", client(t, "models.mjs", dir))
	for code, b := range bundles {
		again := maps.Clone(b)
		again[processFile] = read(code + ".bpmn.out")
		for name, raw := range b {
			if !strings.HasSuffix(name, ".dmn") {
				continue
			}
			again[name] = read(name + ".out")
			sameTable(t, name, raw, again[name])
		}
		if _, problems := s.Check(again); len(problems) > 0 {
			t.Errorf("%s, as moddle writes it: %v", code, problems)
		}
		sameProcess(t, code, b[processFile], again[processFile])
		var found drawing
		if err := json.Unmarshal(read(code+".bpmn.json"), &found); err != nil {
			t.Fatal(err)
		}
		if m, _ := process.ReadModel(b[processFile]); !reflect.DeepEqual(found, sketch(m)) {
			t.Errorf("%s: moddle reads\n%v\nwe read\n%v", code, found, sketch(m))
		}
	}
}

func sameTable(t *testing.T, name string, before, after []byte) {
	t.Helper()
	a, err := process.ReadTable(before)
	if err != nil {
		t.Fatal(err)
	}
	b, err := process.ReadTable(after)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(a.Rows) == 0 || !reflect.DeepEqual(exported(a), exported(b)) {
		t.Errorf("%s: %s, then %s", name, exported(a), exported(b))
	}
}

func sameProcess(t *testing.T, name string, before, after []byte) {
	t.Helper()
	a, err := process.ReadModel(before)
	if err != nil {
		t.Fatal(err)
	}
	b, err := process.ReadModel(after)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for id, n := range a.Nodes {
		if other := b.Nodes[id]; other == nil || !reflect.DeepEqual(bareNode(*n), bareNode(*other)) {
			t.Errorf("%s: %s is %+v, then %+v", name, id, n, other)
		}
	}
	if len(a.Nodes) != len(b.Nodes) || !reflect.DeepEqual(sketch(a), sketch(b)) {
		t.Errorf("%s: %v, then %v", name, sketch(a), sketch(b))
	}
}

// bareNode is all that a node says of itself, without what hangs on it.
func bareNode(n process.Node) string {
	n.In, n.Out = nil, nil
	return exported(n)
}

func exported(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// modelerPage is bpmn-js's editor, as its own example sets it up.
const modelerPage = `<!doctype html><html lang="en"><head><title>Modeler</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/dist/assets/diagram-js.css"><link rel="stylesheet" href="/dist/assets/bpmn-js.css">
<script src="/dist/bpmn-modeler.development.js"></script><style>#canvas{height:700px}</style></head>
<body><main id="canvas"></main><script>window.modeler = new BpmnJS({container: '#canvas'})</script></body></html>`

// importScript opens a process, and says what is wrong with what is drawn.
const importScript = `(async (xml, ids) => {
	const { warnings } = await modeler.importXML(xml);
	const drawn = modeler.get('elementRegistry'), canvas = modeler.get('canvas');
	const wrong = warnings.map(w => w.message);
	for (const id of ids) {
		const e = drawn.get(id), box = e && drawn.getGraphics(e).getBoundingClientRect();
		if (!e) wrong.push(id + ' is not drawn');
		else if (!(box.width > 0 || box.height > 0)) wrong.push(id + ' is drawn without a size');
		else if (e.waypoints && e.waypoints.length < 2) wrong.push(id + ' leads nowhere');
	}
	return wrong;
})`

// renameScript changes a name as a person does by typing into the shape, and saves.
const renameScript = `(async (id, name) => {
	modeler.get('modeling').updateLabel(modeler.get('elementRegistry').get(id), name);
	return (await modeler.saveXML({ format: true })).xml;
})`

// appendScript draws a task behind another, which nobody can do, and saves.
const appendScript = `(async (id) => {
	const shape = modeler.get('elementFactory').createShape({ type: 'bpmn:UserTask' });
	const drawn = modeler.get('modeling').appendShape(modeler.get('elementRegistry').get(id), shape);
	return [drawn.id, (await modeler.saveXML({ format: true })).xml];
})`

// TestModeler: bpmn-js draws every process that we export, without a warning. A name that is
// changed in it arrives here; what is drawn in it and cannot run is refused, by the shape's name.
func TestModeler(t *testing.T) {
	needs(t, "bpmn-js")
	s, bundles := shipped(t)
	mux := http.NewServeMux()
	mux.Handle("/dist/", http.StripPrefix("/dist/", http.FileServer(http.Dir(filepath.Join(modulesFolder, "bpmn-js", "dist")))))
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(modelerPage))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	tab := chromium.Tab(t)
	call := func(script string, result any, args ...any) {
		t.Helper()
		list := strings.TrimSuffix(strings.TrimPrefix(exported(args), "["), "]")
		tab.Do(chromedp.Evaluate(script+"("+list+")", result, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	}
	for _, code := range slices.Sorted(maps.Keys(bundles)) {
		m, err := process.ReadModel(bundles[code][processFile])
		if err != nil {
			t.Fatal(err)
		}
		found := sketch(m)
		var wrong []string
		tab.Open(server.URL)
		call(importScript, &wrong, string(m.XML()), slices.Concat(slices.Collect(maps.Keys(found.Nodes)), slices.Collect(maps.Keys(found.Flows))))
		for _, w := range wrong {
			t.Errorf("%s: %s", code, w)
		}
		tab.Screenshot("modeler-" + code)

		var saved string
		call(renameScript, &saved, m.Order[1], "改了的名稱")
		again := maps.Clone(bundles[code])
		again[processFile] = []byte(saved)
		if _, problems := s.Check(again); len(problems) > 0 {
			t.Errorf("%s, as bpmn-js saves it: %v", code, problems)
		}
		want := sketch(m)
		want.Nodes[m.Order[1]] = [2]string{want.Nodes[m.Order[1]][0], "改了的名稱"}
		renamed, err := process.ReadModel([]byte(saved))
		if err != nil {
			t.Fatal(err)
		}
		if got := sketch(renamed); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", code, got, want)
		}

		var drawn [2]string
		call(appendScript, &drawn, m.Order[1])
		again[processFile] = []byte(drawn[1])
		_, problems := s.Check(again)
		if !slices.ContainsFunc(problems, func(p Problem) bool { return p.File == processFile && p.Where == drawn[0] }) {
			t.Errorf("%s: nobody can do %s, and the problems are %v", code, drawn[0], problems)
		}
	}
}

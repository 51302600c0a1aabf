package process

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"praya/kernel/fault"
)

// keysOf are the problems of a definition, as element:key.
func keysOf(problems []Problem) (out []string) {
	for _, p := range problems {
		out = append(out, p.Element+":"+strings.TrimPrefix(p.Key, "process.problem."))
	}
	return out
}

func TestWhatCannotRunIsRefusedWithItsPlace(t *testing.T) {
	known := Known{Roles: []string{"officer"}, Operations: []string{"ask"}, Forms: []string{}, Decisions: []string{"table"}, Messages: []string{"paid"}}
	start, end := `<startEvent id="s"/>`, `<endEvent id="e"/>`
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"nothing":             {"", []string{"p:no-end", "p:no-start"}},
		"good":                {start + user("a", "") + end + flow("s>a", "a>e"), nil},
		"dead end":            {start + user("a", "") + user("b", "") + end + flow("s>a", "a>e", "a>b"), []string{"b:dead-end"}},
		"unreachable":         {start + user("a", "") + user("b", "") + end + flow("s>a", "a>e", "b>e"), []string{"b:unreachable"}},
		"two starts":          {start + `<startEvent id="s2"/>` + end + flow("s>e", "s2>e"), []string{"s2:two-starts"}},
		"to nowhere":          {start + end + flow("s>e", "s>x"), []string{"f_s_x:flow-to-nowhere"}},
		"no default":          {start + `<exclusiveGateway id="x"/>` + end + flow("s>x", "x>e:a > 1") + `<sequenceFlow id="f2" sourceRef="x" targetRef="e"/>`, []string{"x:no-default", "f2:no-condition"}},
		"bad condition":       {start + `<exclusiveGateway id="x" default="f2"/>` + end + flow("s>x", "x>e:a > ") + `<sequenceFlow id="f2" sourceRef="x" targetRef="e"/>`, []string{"f_x_e:expression"}},
		"unknown names":       {start + `<userTask id="a" praya:role="king" praya:form="f"/><serviceTask id="o" praya:operation="rm"/><businessRuleTask id="d" praya:decision="luck"/><receiveTask id="m" messageRef="m2"/>` + end + flow("s>a", "a>o", "o>d", "d>m", "m>e"), []string{"a:unknown-form", "a:unknown-role", "o:unknown-operation", "d:unknown-decision", "m:unknown-message"}},
		"applicant is known":  {start + `<userTask id="a" praya:role="applicant"/>` + end + flow("s>a", "a>e"), nil},
		"unknown element":     {start + `<complexGateway id="g"/>` + user("a", "") + end + flow("s>a", "a>e"), []string{"g:unknown-element"}},
		"multi instance":      {start + `<userTask id="a" praya:role="officer"><multiInstanceLoopCharacteristics/></userTask>` + end + flow("s>a", "a>e"), []string{"a:unknown-element"}},
		"timer cycle":         {start + `<intermediateCatchEvent id="c"><timerEventDefinition><timeCycle>R/P1D</timeCycle></timerEventDefinition></intermediateCatchEvent>` + end + flow("s>c", "c>e"), []string{"c:unknown-element"}},
		"starts daily":        {`<startEvent id="s"><timerEventDefinition><timeCycle>R/P1D</timeCycle></timerEventDefinition></startEvent>` + end + flow("s>e"), nil},
		"starts too often":    {`<startEvent id="s"><timerEventDefinition><timeCycle>R/PT1S</timeCycle></timerEventDefinition></startEvent>` + end + flow("s>e"), []string{"s:timer-duration"}},
		"starts never":        {`<startEvent id="s"><timerEventDefinition><timeCycle>R0/P1D</timeCycle></timerEventDefinition></startEvent>` + end + flow("s>e"), []string{"s:timer-duration"}},
		"starts by variable":  {`<startEvent id="s"><timerEventDefinition><timeDate>plusDays(x, 1)</timeDate></timerEventDefinition></startEvent>` + end + flow("s>e"), []string{"s:timer-when"}},
		"bad duration":        {start + `<intermediateCatchEvent id="c"><timerEventDefinition><timeDuration>10 days</timeDuration></timerEventDefinition></intermediateCatchEvent>` + end + flow("s>c", "c>e"), []string{"c:timer-duration"}},
		"boundary on nothing": {start + user("a", "") + boundary("b", "zzz", "", tenDays) + end + flow("s>a", "a>e", "b>e"), []string{"b:boundary-on-nothing", "b:unreachable"}},
		"duplicate id":        {start + user("a", "") + user("a", "") + end + flow("s>a", "a>e"), []string{"a:duplicate-id"}},
		"join never":          {start + `<exclusiveGateway id="x" default="f_x_b"/>` + user("a", "") + user("b", "") + `<parallelGateway id="j"/>` + end + flow("s>x", "x>a:n > 1", "x>b", "a>j", "b>j", "j>e"), []string{"j:join-never"}},
		"join after loop":     {start + `<parallelGateway id="g"/>` + user("a", "") + `<exclusiveGateway id="x" default="f_x_j"/>` + user("b", "") + `<parallelGateway id="j"/>` + end + flow("s>g", "g>a", "a>x", "x>a:n > 1", "x>j", "g>b", "b>j", "j>e"), nil},
		"four eyes":           {start + user("a", `praya:fourEyes="s"`) + end + flow("s>a", "a>e"), []string{"a:four-eyes"}},
		"no role":             {start + `<userTask id="a"/>` + end + flow("s>a", "a>e"), []string{"a:no-role"}},
		"events":              {start + `<eventBasedGateway id="g"/>` + user("a", "") + end + flow("s>g", "g>a", "a>e"), []string{"g:events-few", "f_g_a:events-only"}},
		"event sub-process":   {start + user("a", "") + end + `<subProcess id="sub" triggeredByEvent="true"><startEvent id="is"/><endEvent id="ie"/>` + flow("is>ie") + `</subProcess>` + flow("s>a", "a>e"), []string{"sub:unknown-element", "sub:unreachable"}},
		"across":              {start + user("a", "") + end + `<subProcess id="sub"><startEvent id="is"/><endEvent id="ie"/>` + flow("is>ie", "is>e") + `</subProcess>` + flow("s>a", "a>sub", "sub>e"), []string{"f_is_e:flow-across"}},
		"script":              {start + `<scriptTask id="c"><script>x = 1</script></scriptTask>` + end + flow("s>c", "c>e"), []string{"c:empty-script", "c:script-text"}},
	} {
		m, err := ReadModel(definitionOf(c.body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := keysOf(m.Check(known))
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %v\nwant %v", name, got, c.want)
		}
	}
}

func TestDeclaredVariablesCatchSlips(t *testing.T) {
	body := `<startEvent id="s"/><exclusiveGateway id="x" default="f_x_e"/>` + user("a", "") + `<endEvent id="e"/>` +
		flow("s>x", "x>a:amuont > 5 && answers.age > 17 && today > '2026-01-01'", "x>e", "a>e")
	raw := string(definitionOf(body))
	m, err := ReadModel([]byte(strings.Replace(raw, `isExecutable="true"`, `praya:variables="amount answers"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if got := keysOf(m.Check(Known{})); len(got) != 1 || got[0] != "f_x_a:expression" {
		t.Error(got)
	}
}

func TestHostileFiles(t *testing.T) {
	deep := strings.Repeat("<a>", 60) + strings.Repeat("</a>", 60)
	wide := preamble + `<process id="p">` + strings.Repeat("<a/>", maxElements+1) + `</process></definitions>`
	for name, c := range map[string]struct{ text, want string }{
		"empty":   {"", "process.xml.broken"},
		"text":    {"hello", "process.xml.broken"},
		"doctype": {`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, "process.xml.doctype"},
		"entity":  {`<a>&b;</a>`, "process.xml.broken"},
		"deep":    {deep, "process.xml.too-big"},
		"wide":    {wide, "process.xml.too-big"},
		"big":     {strings.Repeat(" ", maxXML+1), "process.xml.too-big"},
		"bytes":   {"<a>\xff</a>", "process.xml.not-utf8"},
		"charset": {`<?xml version="1.0" encoding="big5"?><a/>`, "process.xml.broken"},
		"other":   {"<html/>", "process.xml.not-bpmn"},
		"two":     {preamble + `<process id="p"/><process id="q"/></definitions>`, "process.xml.one-process"},
	} {
		_, err := ReadModel([]byte(c.text))
		var f *fault.Fault
		ok := errors.As(err, &f)
		if !ok || f.Kind != fault.Invalid || f.Key != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADiagramIsMade(t *testing.T) {
	body := `<startEvent id="s"/><subProcess id="sub"><startEvent id="is"/>` + user("ia", "") + `<endEvent id="ie"/>` + flow("is>ia", "ia>ie") + `</subProcess>` +
		boundary("b", "sub", "", tenDays) + `<exclusiveGateway id="x" default="f_x_e"/>` + user("a", "") + `<endEvent id="e"/>` +
		flow("s>sub", "sub>x", "x>a:n > 1", "a>sub", "x>e", "b>e")
	raw := append(definitionOf(body), []byte("\n<!-- </definitions> -->\n")...)
	m, err := ReadModel(raw)
	if err != nil || len(m.Check(Known{})) > 0 {
		t.Fatal(err, m.Check(Known{}))
	}
	again, err := ReadModel(m.XML())
	if err != nil || !again.pictured || string(again.XML()) != string(m.XML()) {
		t.Fatal(err)
	}
	for id := range m.Nodes {
		if strings.Count(string(m.XML()), `bpmnElement="`+id+`"`) != 1 {
			t.Errorf("%s has no shape", id)
		}
	}
	for id := range m.flows {
		if strings.Count(string(m.XML()), `bpmnElement="`+id+`"`) != 1 {
			t.Errorf("%s has no edge", id)
		}
	}
	if m.XML()[0] != '<' || !strings.Contains(string(m.XML()), `id="f_x_a"`) {
		t.Error("the definition itself is gone")
	}
}

// As an editor writes it: with prefixes, lanes, documentation, a diagram, and our attributes.
func TestAnEditorsFile(t *testing.T) {
	raw := `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:praya="https://praya.example/bpmn" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:collaboration id="c"><bpmn:participant id="pool" processRef="Process_1"/></bpmn:collaboration>
  <bpmn:process id="Process_1" name="牌照" praya:nameEn="Licence" isExecutable="true">
    <bpmn:laneSet id="ls"><bpmn:lane id="l"><bpmn:flowNodeRef>S</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="S"><bpmn:outgoing>F1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="F1" sourceRef="S" targetRef="T"/>
    <bpmn:userTask id="T" name="審批" praya:nameEn="Decide" praya:role="officer" praya:decisions="approve refuse"><bpmn:documentation>note</bpmn:documentation><bpmn:incoming>F1</bpmn:incoming></bpmn:userTask>
    <bpmn:exclusiveGateway id="G" default="F4"/>
    <bpmn:sequenceFlow id="F2" sourceRef="T" targetRef="G"/>
    <bpmn:sequenceFlow id="F3" sourceRef="G" targetRef="E"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">outcome == "approve"</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="F4" sourceRef="G" targetRef="E2"/>
    <bpmn:endEvent id="E"/><bpmn:endEvent id="E2"><bpmn:terminateEventDefinition id="te"/></bpmn:endEvent>
    <bpmn:textAnnotation id="ta"><bpmn:text>hello</bpmn:text></bpmn:textAnnotation>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="D"><bpmndi:BPMNPlane id="P" bpmnElement="pool"/></bpmndi:BPMNDiagram>
</bpmn:definitions>`
	m, err := ReadModel([]byte(raw))
	if err != nil || len(m.Check(Known{Roles: []string{"officer"}})) > 0 {
		t.Fatal(err, m.Check(Known{}))
	}
	if string(m.XML()) != raw || m.Name.EN != "Licence" || m.Nodes["T"].Name.TC != "審批" || m.Nodes["T"].Decisions[1] != "refuse" {
		t.Errorf("%+v", m.Nodes["T"])
	}
}

// Every key that the code can say stands in the words.
func TestEveryProblemHasWords(t *testing.T) {
	raw, err := os.ReadFile("words/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var book map[string]any
	if err := json.Unmarshal(raw, &book); err != nil {
		t.Fatal(err)
	}
	has := func(key string) bool {
		var at any = book
		for _, part := range strings.Split(strings.TrimPrefix(key, "process."), ".") {
			m, ok := at.(map[string]any)
			if !ok {
				return false
			}
			at = m[part]
		}
		_, ok := at.(string)
		return ok
	}
	for _, file := range []string{"read.go", "timer.go", "expression.go", "check.go", "check_join.go", "table_read.go", "table_check.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range said(string(text)) {
			if !has("problem." + key) {
				t.Errorf("%s says %s, which has no words", file, key)
			}
		}
	}
	for _, k := range Kinds() {
		if !has("kind." + string(k)) {
			t.Errorf("no words for %s", k)
		}
	}
}

// said are the keys of problems in a source: the text after "complain(x, " or "problem(x, ".
func said(text string) (out []string) {
	for _, call := range []string{"complain(", "problem("} {
		for _, rest := range strings.Split(text, call)[1:] {
			line, _, _ := strings.Cut(rest, "\n")
			parts := strings.Split(line, `"`)
			for i := 1; i < len(parts); i += 2 {
				if before := strings.Join(parts[:i], ""); strings.HasSuffix(before, ", ") && strings.Count(before, ",") == 1 {
					out = append(out, parts[i])
					break
				}
			}
		}
	}
	return out
}

func FuzzReadModel(f *testing.F) {
	f.Add(definitionOf(`<startEvent id="s"/>` + user("a", `praya:due="2"`) + boundary("b", "a", "", tenDays) + `<endEvent id="e"/>` + flow("s>a", "a>e", "b>e")))
	f.Add(definitionOf(`<startEvent id="s"/><subProcess id="q"><startEvent id="i"/><endEvent id="j"/>` + flow("i>j") + `</subProcess><endEvent id="e"/>` + flow("s>q", "q>e")))
	f.Add(definitionOf(`<startEvent id="s"/><inclusiveGateway id="x" default="f_x_e"/><endEvent id="e"/><parallelGateway id="j"/>` + flow("s>x", "x>e", "x>j:a>1", "j>x")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := ReadModel(raw)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			return
		}
		if problems := m.Check(Known{}); len(problems) > 0 {
			return
		}
		again, err := ReadModel(m.XML())
		if err != nil || len(again.Check(Known{})) > 0 || len(again.Nodes) != len(m.Nodes) || !again.pictured {
			t.Errorf("%v: what goes out can't be read:\n%s", err, m.XML())
		}
	})
}

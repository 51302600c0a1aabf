package main

import (
	"fmt"
	"strings"

	"praya/subsystems/services"
)

const benchText = `{"tc": "許可", "en": "Permit", "sc": "许可"}`

func serviceFile(code, more string) []byte {
	return []byte(`{"code": "` + code + `", "department": "FEHD", "title": ` + benchText + `, "about": ` + benchText + `, "audience": ` + benchText + `, "fee": ` + benchText + `,
		"declaration": ` + benchText + `, "channels": ["online"], "events": [], "checked": "2026-11-20"` + more + `}`)
}

// wideService has thirty fields and a file on one page; a licence is issued at once.
func wideService() services.Bundle {
	var names, properties, asked []string
	for i := range benchFields {
		name := fmt.Sprintf("f%d", i)
		names = append(names, `"`+name+`"`)
		properties = append(properties, `"`+name+`": {"type": "string", "maxLength": 100}`)
		asked = append(asked, `{"at": "/`+name+`", "label": `+benchText+`}`)
	}
	properties = append(properties, `"plan": {"type": "object", "required": ["file", "name", "bytes", "type"], "properties": {"file": {"type": "string"}, "name": {"type": "string"}, "bytes": {"type": "number"}, "type": {"type": "string"}}}`)
	asked = append(asked, `{"at": "/plan", "as": "file", "label": `+benchText+`, "types": ["pdf"], "bytes": 1000000}`)
	return services.Bundle{
		"service.json": serviceFile("bench-wide", `, "licence": {"code": "bench-wide", "department": "FEHD", "name": `+benchText+`, "prefix": "BW", "months": 12,
			"fields": [{"name": "holder", "label": `+benchText+`}]}, "licence_values": {"holder": "answers.f0"}`),
		"form.json": []byte(`{"$id": "bench-wide", "title": ` + benchText + `, "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
			"required": [` + strings.Join(append(names, `"plan"`), ", ") + `], "properties": {` + strings.Join(properties, ", ") + `}},
			"ui": {"pages": [{"id": "all", "title": ` + benchText + `, "fields": [` + strings.Join(asked, ", ") + `]}]}}`),
		"process.bpmn": benchProcess(`<bpmn:serviceTask id="n0" name="a" praya:operation="issue"/>`, `<bpmn:serviceTask id="n1" name="b" praya:operation="approve"/>`),
	}
}

// deskService is a process of tasks, one after the other.
func deskService() services.Bundle {
	var tasks []string
	for i := range benchSteps {
		tasks = append(tasks, fmt.Sprintf(`<bpmn:userTask id="n%d" name="task" praya:role="services-handler"/>`, i))
	}
	return services.Bundle{
		"service.json": serviceFile("bench-desk", ""),
		"form.json": []byte(`{"$id": "bench-desk", "title": ` + benchText + `, "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
			"properties": {"word": {"type": "string", "maxLength": 100}}}, "ui": {"pages": [{"id": "all", "title": ` + benchText + `, "fields": [{"at": "/word", "label": ` + benchText + `, "optional": true}]}]}}`),
		"process.bpmn": benchProcess(tasks...),
	}
}

func benchProcess(nodes ...string) []byte {
	out := `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:praya="https://praya.example/bpmn" id="d" targetNamespace="https://praya.example/bpmn">
<bpmn:process id="p" name="bench" isExecutable="true"><bpmn:startEvent id="s"/>` + strings.Join(nodes, "") + `<bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="n0"/>`
	for i := range nodes {
		to := "e"
		if i+1 < len(nodes) {
			to = fmt.Sprintf("n%d", i+1)
		}
		out += fmt.Sprintf(`<bpmn:sequenceFlow id="f%d" sourceRef="n%d" targetRef="%s"/>`, i, i, to)
	}
	return []byte(out + `</bpmn:process></bpmn:definitions>`)
}

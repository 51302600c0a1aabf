package services

import (
	"context"
	"encoding/json"

	"praya/kernel/lang"
)

// The context of CPSV-AP 3.2 (https://semiceu.github.io/CPSV-AP/releases/3.2.0/), as far as we
// use it: names as the profile's, terms of the vocabularies that it uses.
const cpsvContext = `{
	"cv": "http://data.europa.eu/m8g/", "cpsv": "http://purl.org/vocab/cpsv#", "dct": "http://purl.org/dc/terms/", "dcat": "http://www.w3.org/ns/dcat#",
	"eli": "http://data.europa.eu/eli/ontology#", "foaf": "http://xmlns.com/foaf/0.1/", "skos": "http://www.w3.org/2004/02/skos/core#",
	"adms": "http://www.w3.org/ns/adms#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "xsd": "http://www.w3.org/2001/XMLSchema#"
}`

type node map[string]any

// tagged is a text in the languages that it has.
func tagged(t lang.Text) []node {
	var out []node
	for _, l := range lang.All() {
		if text, in := t.With(l); in == l && text != "" {
			out = append(out, node{"@value": text, "@language": l.Tag()})
		}
	}
	return out
}

func ref(id string) node { return node{"@id": id} }

// Catalogue is the public services that are open, as JSON-LD.
func (s *Service) Catalogue(ctx context.Context, origin string) ([]byte, error) {
	all, err := s.All(ctx)
	if err != nil {
		return nil, err
	}
	var graph []node
	departments := map[string]bool{}
	for o := range only(all, Search{}) {
		graph = append(graph, describe(o, origin)...)
		if departments[o.Department] {
			continue
		}
		departments[o.Department] = true
		name, err := s.Departments.Department(ctx, o.Department)
		if err != nil {
			return nil, err
		}
		graph = append(graph, node{"@id": origin + "/en/directory/" + o.Department, "@type": "cv:PublicOrganisation", "dct:title": tagged(name), "dct:identifier": o.Department})
	}
	for _, e := range LifeEvents() {
		graph = append(graph, node{"@id": eventID(origin, e), "@type": "cv:Event", "dct:identifier": e, "dct:title": tagged(s.say(eventName(e)))})
	}
	return json.Marshal(node{"@context": json.RawMessage(cpsvContext), "@graph": graph})
}

func eventID(origin, event string) string { return origin + "/en/services?event=" + event }

// describe is one service and what hangs on it (CPSV-AP, Public Service).
func describe(o Offer, origin string) []node {
	id := origin + "/en/services/" + o.Code
	service := node{
		"@id": id, "@type": "cpsv:PublicService", "dct:identifier": o.Code, "dct:title": tagged(o.Title), "dct:description": tagged(o.About),
		"cv:hasCompetentAuthority": ref(origin + "/en/directory/" + o.Department),
		"dct:language":             []string{"http://publications.europa.eu/resource/authority/language/ZHO", "http://publications.europa.eu/resource/authority/language/ENG"},
		"dct:modified":             node{"@type": "xsd:date", "@value": o.At.Day().String()},
	}
	out := []node{service}
	link := func(name, kind, suffix string, more node) {
		n := node{"@id": id + "#" + suffix, "@type": kind, "dct:identifier": o.Code + "-" + suffix}
		for k, v := range more {
			n[k] = v
		}
		list, _ := service[name].([]node)
		service[name] = append(list, ref(id+"#"+suffix))
		out = append(out, n)
	}
	link("cv:hasCost", "cv:Cost", "cost", node{"dct:description": tagged(o.Fee)})
	link("cv:processingTime", "cv:Duration", "time", node{"rdfs:label": duration(o.Days)})
	for _, c := range o.Channels {
		link("cv:hasChannel", "cv:Channel", "channel-"+string(c), node{"dct:type": string(c)})
	}
	for i, n := range o.Needed {
		link("cpsv:hasInput", "cv:Evidence", "evidence-"+itoa(i), node{"dct:title": tagged(n)})
	}
	for i, l := range o.Law {
		link("cv:hasLegalResource", "eli:LegalResource", "law-"+itoa(i), node{"dct:title": tagged(l.Text)})
	}
	if o.Licence != nil {
		link("cpsv:produces", "cv:Output", "output", node{"dct:title": tagged(o.Licence.Name)})
	}
	for _, e := range o.Events {
		list, _ := service["cv:isGroupedBy"].([]node)
		service["cv:isGroupedBy"] = append(list, ref(eventID(origin, e)))
	}
	return out
}

// duration is ISO 8601's; days are working days, as the label of the page says.
func duration(days int) string { return "P" + itoa(days) + "D" }

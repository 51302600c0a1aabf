package governance

import (
	"encoding/json"
	"slices"
	"strings"

	"praya/platform/words"
)

// kindOf is the type of a list's column, as Table Schema (Frictionless Data) names it.
func kindOf(column string) string {
	switch {
	case slices.Contains([]string{"from", "to", "live_from", "first_end", "ended", "planned_start", "planned_end", "started", "return_due", "day"}, column):
		return "date"
	case strings.HasSuffix(column, "_thousands"), column == "agreed":
		return "number"
	case strings.HasPrefix(column, "findings"), slices.Contains([]string{"baselines", "revision", "met", "judged"}, column):
		return "integer"
	case slices.Contains([]string{
		"invented", "late", "on_schedule", "in_budget", "to_specification", "with_benefits", "counts", "schedule_computed", "budget_computed", "outsourced", "cancelled",
	}, column):
		return "boolean"
	}
	return "string"
}

// descriptor describes the lists' files as a tabular data package (Frictionless Data Package v1).
func descriptor(texts *words.Texts, lists map[string]list) ([]byte, error) {
	type object = map[string]any
	var resources []object
	for _, name := range sortedKeys(lists) {
		var fields []object
		for _, column := range lists[name].names() {
			f := object{"name": column, "type": kindOf(column)}
			if title := "governance.column." + word(column); texts.Has(title) {
				f["title"] = texts.T(title)
			}
			switch f["type"] {
			case "date":
				f["format"] = "%Y-%m-%d"
			case "boolean":
				f["trueValues"], f["falseValues"] = []string{"yes"}, []string{"no"}
			}
			fields = append(fields, f)
		}
		resources = append(resources, object{
			"profile": "tabular-data-resource", "name": name, "path": name + ".csv", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
			"title":   texts.T("governance." + name + ".title"),
			"dialect": object{"delimiter": ",", "header": true, "quoteChar": "\"", "doubleQuote": true, "lineTerminator": "\r\n"},
			"schema":  object{"fields": fields, "missingValues": []string{""}},
		})
	}
	return json.MarshalIndent(object{
		"profile": "tabular-data-package", "name": "praya-it-governance", "title": texts.T("governance.title"), "resources": resources,
	}, "", "  ")
}

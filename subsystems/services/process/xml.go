package process

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"praya/kernel/fault"
)

// The bounds of a definition.
const (
	maxXML      = 1 << 20
	maxDepth    = 40
	maxElements = 20_000
)

// The namespaces that are read.
const (
	spaceBPMN  = "http://www.omg.org/spec/BPMN/20100524/MODEL"
	spaceDI    = "http://www.omg.org/spec/BPMN/20100524/DI"
	spacePraya = "https://praya.example/bpmn"
)

// element is an XML element as a tree.
type element struct {
	space, local string
	attrs        map[string]string // by local name, of no namespace
	own          map[string]string // ours
	children     []*element
	text         strings.Builder
}

func (e *element) id() string { return e.attrs["id"] }

// child is the first child of that name in the element's own namespace.
func (e *element) child(local string) *element {
	for _, c := range e.children {
		if c.local == local && c.space == e.space {
			return c
		}
	}
	return nil
}

// all are the children of that name in the element's own namespace.
func (e *element) all(local string) (out []*element) {
	for _, c := range e.children {
		if c.local == local && c.space == e.space {
			out = append(out, c)
		}
	}
	return out
}

// words is the text of an element, without the space around it; of none it is empty.
func (e *element) words() string {
	if e == nil {
		return ""
	}
	return strings.TrimSpace(e.text.String())
}

// extensions are our elements within extensionElements.
func (e *element) extensions(local string) (out []*element) {
	for _, x := range e.all("extensionElements") {
		for _, c := range x.children {
			if c.space == spacePraya && c.local == local {
				out = append(out, c)
			}
		}
	}
	return out
}

// readXML reads a document into a tree, within the bounds. There is no document type, so there
// are no entities to expand.
func readXML(raw []byte) (*element, error) {
	if len(raw) > maxXML {
		return nil, fault.New(fault.Invalid, "process.xml.too-big")
	}
	if !utf8.Valid(raw) {
		return nil, fault.New(fault.Invalid, "process.xml.not-utf8")
	}
	root, err := readTree(xml.NewDecoder(bytes.NewReader(raw)))
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, fault.New(fault.Invalid, "process.xml.broken").Because(errors.New("no element"))
	}
	return root, nil
}

func readTree(d *xml.Decoder) (root *element, err error) {
	var open []*element
	for count := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "process.xml.broken").Because(err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, fault.New(fault.Invalid, "process.xml.doctype")
		case xml.StartElement:
			if count++; count > maxElements || len(open) >= maxDepth {
				return nil, fault.New(fault.Invalid, "process.xml.too-big")
			}
			e := newElement(t)
			if len(open) > 0 {
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			} else if root != nil {
				return nil, fault.New(fault.Invalid, "process.xml.broken").Because(fmt.Errorf("a second root %s", e.local))
			} else {
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text.Write(t)
			}
		}
	}
}

func newElement(t xml.StartElement) *element {
	e := &element{space: t.Name.Space, local: t.Name.Local, attrs: map[string]string{}, own: map[string]string{}}
	for _, a := range t.Attr {
		switch a.Name.Space {
		case "":
			e.attrs[a.Name.Local] = strings.TrimSpace(a.Value)
		case spacePraya:
			e.own[a.Name.Local] = strings.TrimSpace(a.Value)
		}
	}
	return e
}

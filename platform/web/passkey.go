package web

import (
	"bytes"
	"strconv"
	"strings"

	"rsc.io/qr"
)

// PasskeyForm is a form that the visitor's device answers. Only its main button asks the
// device; the answer comes back in the field "answer".
type PasskeyForm struct {
	Form
	Create  bool   // make a passkey; otherwise use one
	Options string // of the ceremony, in JSON
	Failed  string // what to do when the device did not answer
	Unable  string // what to do when the browser has no passkeys
}

func (f PasskeyForm) act() string {
	if f.Create {
		return "create"
	}
	return "get"
}

// Pairing is the request that a person approves on another device. Code is the short
// identification code (識別碼), the same on both screens; Address is what the QR code says.
type Pairing struct {
	Address string
	Code    string
	Until   string // clock time
	Action  string // path: "I have approved" is sent there
	Hidden  [][2]string
}

// GroupedCode writes an identification code of six in threes.
func GroupedCode(code string) string {
	if len(code) != 6 {
		return code
	}
	return code[:3] + " " + code[3:]
}

// qrPath draws a QR code (ISO/IEC 18004, level M) as one SVG path of unit squares, with the
// number of modules on a side; the quiet zone of four modules is the drawing's.
func qrPath(text string) (path string, side int) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", 0 // longer than a QR code holds: the address beside it remains
	}
	var b bytes.Buffer
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				b.WriteString("M" + strconv.Itoa(from+4) + " " + strconv.Itoa(y+4) + "h" + strconv.Itoa(x-from) + "v1h-" + strconv.Itoa(x-from) + "z")
			}
		}
	}
	return b.String(), code.Size + 8
}

func viewBox(side int) string {
	return strings.Join([]string{"0", "0", strconv.Itoa(side), strconv.Itoa(side)}, " ")
}

// Consent is who gets which values from whom, for what, and what refusal means.
type Consent struct {
	Head    []Entry // who asks, of which department, for what
	Values  []ConsentValue
	Terms   []Entry // how often, until when, kept how long, what refusal means
	Form    Form    // Submit is Agree: decision=agree
	Decline string  // text of the other button: decision=decline
}

// ConsentValue is a value that would be given. An optional one is ticked by the person.
type ConsentValue struct {
	Name, Label, Value, Source string
	Optional, Chosen           bool
	Missing                    string // why there is no value, and what to do
	Path                       string // where to add or correct it
}

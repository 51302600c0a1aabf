package mail

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // Big5, GB 18030 and the like
	"github.com/emersion/go-message/mail"
)

// Bounds of one message.
const (
	mostParts  = 60
	mostDepth  = 8
	mostFiles  = 20
	longest    = 200_000 // bytes of text that are kept
	mostHops   = 50      // servers; more is a loop (RFC 5321, 6.3)
	longestID  = 250
	mostThread = 40
)

// ErrLoop says that a message goes round in circles.
var ErrLoop = errors.New("mail: the message went through too many servers")

// ErrAuthors says that a message names its author twice: what was signed of it could be another's
// (RFC 5322, 3.6: exactly one From).
var ErrAuthors = errors.New("mail: the message has more than one From")

// Message is one mail, read.
type Message struct {
	ID         string // without brackets; may be empty
	InReplyTo  []string
	References []string
	From       string // address of the From field; may be empty
	Name       string
	Subject    string
	Text       string
	Files      []File
	Automatic  bool
	Bounce     *Bounce
	Left       int // files that were over the bound and are not here
}

// File came with a message.
type File struct {
	Name, Type string
	Plain      []byte
}

// Bounce is a report about a mail of ours (RFC 3464).
type Bounce struct {
	Original  string // Message-ID of ours; may be empty
	Recipient string
	Status    string // 5.1.1
	Final     bool   // it won't be tried again
}

// Read reads a message. Parts that can't be decoded are kept as they came; only what is no mail at
// all is an error.
func Read(raw []byte) (m Message, err error) {
	e, err := message.Read(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return m, fmt.Errorf("mail: %w", err)
	}
	if hops(e.Header) > mostHops {
		return m, ErrLoop
	}
	if from := e.Header.FieldsByKey("From"); from.Len() > 1 {
		return m, ErrAuthors
	}
	m.head(mail.Header{Header: e.Header})
	r := reader{m: &m}
	r.entity(e, 0)
	m.Text = strings.TrimSpace(r.text.String())
	if m.Text == "" {
		m.Text = strings.TrimSpace(plainOf(r.html.String()))
	}
	m.Text = clean(m.Text)
	return m, nil
}

func hops(h message.Header) (n int) {
	for f := h.FieldsByKey("Received"); f.Next(); {
		n++
	}
	return n
}

func (m *Message) head(h mail.Header) {
	m.ID, _ = h.MessageID()
	m.ID = bounded(m.ID)
	m.InReplyTo, m.References = ids(h, "In-Reply-To"), ids(h, "References")
	if from, err := h.AddressList("From"); err == nil && len(from) > 0 {
		m.From, m.Name = from[0].Address, line(from[0].Name)
	}
	m.Subject, _ = h.Subject()
	m.Subject = line(m.Subject)
	m.Automatic = automatic(h)
}

func ids(h mail.Header, key string) (out []string) {
	all, _ := h.MsgIDList(key) // one that is not well formed is none
	for _, one := range all {
		if one = bounded(one); one != "" && len(out) < mostThread {
			out = append(out, one)
		}
	}
	return out
}

func bounded(id string) string {
	if len(id) > longestID {
		return ""
	}
	return id
}

// automatic says whether a machine sent it (RFC 3834, and what was usual before).
func automatic(h mail.Header) bool {
	if v := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted"))); v != "" && v != "no" {
		return true
	}
	switch strings.ToLower(strings.TrimSpace(h.Get("Precedence"))) {
	case "bulk", "junk", "list":
		return true
	}
	return h.Get("List-Id") != "" || h.Get("X-Autoreply") != "" || h.Get("X-Auto-Response-Suppress") != "" || strings.TrimSpace(h.Get("Return-Path")) == "<>"
}

// reader gathers the parts of a message.
type reader struct {
	m          *Message
	text, html strings.Builder
	parts      int
}

func (r *reader) entity(e *message.Entity, depth int) {
	if r.parts++; r.parts > mostParts || depth > mostDepth {
		r.m.Left++
		return
	}
	kind, params, err := e.Header.ContentType()
	if err != nil || kind == "" {
		kind = "text/plain"
	}
	if kind == "multipart/report" && strings.EqualFold(params["report-type"], "delivery-status") {
		r.m.Bounce, r.m.Automatic = &Bounce{}, true
	}
	if parts := e.MultipartReader(); parts != nil {
		for {
			p, err := parts.NextPart()
			if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
				return // the end, or a part that can't be found
			}
			r.entity(p, depth+1)
			if r.parts > mostParts {
				return
			}
		}
	}
	r.leaf(e, kind, params)
}

func (r *reader) leaf(e *message.Entity, kind string, params map[string]string) {
	disposition, with, _ := e.Header.ContentDisposition()
	name := or(with["filename"], params["name"])
	switch {
	case r.m.Bounce != nil && kind == "message/delivery-status":
		r.report(e.Body)
	case r.m.Bounce != nil && (kind == "message/rfc822" || kind == "text/rfc822-headers" || kind == "message/rfc822-headers"):
		r.original(e.Body)
	case disposition != "attachment" && name == "" && kind == "text/plain":
		r.take(&r.text, e.Body)
	case disposition != "attachment" && name == "" && kind == "text/html":
		r.take(&r.html, e.Body)
	default:
		r.file(name, kind, e.Body)
	}
}

func (r *reader) take(to *strings.Builder, from io.Reader) {
	raw, _ := io.ReadAll(io.LimitReader(from, int64(longest-to.Len()))) // what can be read
	if to.Len() > 0 {
		to.WriteString("\n")
	}
	to.Write(raw)
}

func (r *reader) file(name, kind string, from io.Reader) {
	if len(r.m.Files) >= mostFiles {
		r.m.Left++
		return
	}
	raw, err := io.ReadAll(from)
	if len(raw) == 0 && err == nil {
		return
	}
	if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		name = decoded
	}
	r.m.Files = append(r.m.Files, File{Name: plainName(name), Type: kind, Plain: raw})
}

// report reads the groups of a delivery report.
func (r *reader) report(from io.Reader) {
	raw, _ := io.ReadAll(io.LimitReader(from, longest))
	for _, line := range strings.Split(string(raw), "\n") {
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(key)) {
		case "Final-Recipient", "Original-Recipient":
			if _, address, ok := strings.Cut(value, ";"); ok {
				r.m.Bounce.Recipient = strings.TrimSpace(address)
			}
		case "Status":
			r.m.Bounce.Status = value
		case "Action":
			r.m.Bounce.Final = strings.EqualFold(value, "failed")
		}
	}
}

func (r *reader) original(from io.Reader) {
	raw, _ := io.ReadAll(io.LimitReader(from, longest))
	if e, err := message.Read(bytes.NewReader(append(raw, "\r\n\r\n"...))); err == nil {
		h := mail.Header{Header: e.Header}
		r.m.Bounce.Original, _ = h.MessageID()
	}
}

// line is a text on one line: what is decoded may hold any.
func line(text string) string { return strings.Join(strings.Fields(clean(text)), " ") }

// plainName is a file's name without folders.
func plainName(name string) string {
	name = line(name)
	if name = name[strings.LastIndexAny(name, `/\`)+1:]; strings.Trim(name, ". ") == "" {
		return "file"
	}
	return name
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// clean keeps what can be shown.
func clean(text string) string {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, text)
}

// plainOf is the text of a page, without its marks. Nothing of it is ever shown as a page.
func plainOf(page string) string {
	var out strings.Builder
	for page != "" {
		before, rest, marked := strings.Cut(page, "<")
		out.WriteString(before)
		if !marked {
			break
		}
		mark, after, ended := strings.Cut(rest, ">")
		if !ended {
			break
		}
		page = after
		name := strings.ToLower(strings.TrimLeft(mark, "/"))
		name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
		switch name {
		case "script", "style", "head", "title":
			if !strings.HasPrefix(mark, "/") {
				end := strings.Index(strings.ToLower(page), "</"+name)
				if end < 0 {
					page = ""
				} else {
					page = page[end:]
				}
			}
		case "br", "br/", "p", "div", "tr", "li", "h1", "h2", "h3":
			out.WriteString("\n")
		}
	}
	return html.UnescapeString(out.String())
}

// Fresh is the part of a text that its sender wrote now, without what it quotes at the end.
func Fresh(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		l := strings.TrimSpace(line)
		if i > 0 && (strings.HasPrefix(l, "-----") && strings.HasSuffix(l, "-----") && len(l) > 12 ||
			strings.HasPrefix(l, "On ") && strings.HasSuffix(l, "wrote:") || strings.HasSuffix(l, "寫道：") || strings.HasSuffix(l, "写道：")) {
			lines = lines[:i]
			break
		}
	}
	for len(lines) > 0 {
		l := strings.TrimSpace(lines[len(lines)-1])
		if l != "" && !strings.HasPrefix(l, ">") {
			break
		}
		lines = lines[:len(lines)-1]
	}
	if out := strings.TrimSpace(strings.Join(lines, "\n")); out != "" {
		return out
	}
	return strings.TrimSpace(text)
}

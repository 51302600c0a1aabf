// Package fault has the few kinds of error that cross a boundary. A kind is for the
// caller, a message key for the person, and the wrapped cause for the operator.
// An error without a kind is our own defect.
package fault

import "errors"

// Kind says what the caller can do about an error.
type Kind string

// The kinds, each with the HTTP status that it becomes at the edge.
const (
	Invalid         Kind = "invalid"         // 422: mend what you sent
	NotFound        Kind = "not-found"       // 404: there is no such thing, or not for you
	Conflict        Kind = "conflict"        // 409: somebody else was faster; read again
	Forbidden       Kind = "forbidden"       // 403: policy says no
	Unauthenticated Kind = "unauthenticated" // 401: sign in first
	Unavailable     Kind = "unavailable"     // 503: try later
	TooMany         Kind = "too-many"        // 429: slower, please
	Defect          Kind = "defect"          // 500: ours
)

// Field is one wrong field of what was sent: its name, and the key of what to do.
type Field struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

// Fault is an error with a kind. Key names a message in the words of the subsystem
// that made it; Args fill its placeholders and must hold no personal data.
type Fault struct {
	Kind   Kind
	Key    string
	Args   map[string]string
	Fields []Field
	Cause  error
}

// New makes a fault; args are pairs of a placeholder's name and its value.
func New(kind Kind, key string, args ...string) *Fault {
	f := &Fault{Kind: kind, Key: key}
	for i := 0; i+1 < len(args); i += 2 {
		if f.Args == nil {
			f.Args = map[string]string{}
		}
		f.Args[args[i]] = args[i+1]
	}
	return f
}

// Because adds the cause that the operator sees and the person does not.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.Cause = err
	return &c
}

// At adds a wrong field.
func (f *Fault) At(name, key string) *Fault {
	c := *f
	c.Fields = append(append([]Field(nil), f.Fields...), Field{name, key})
	return &c
}

func (f *Fault) Error() string {
	s := string(f.Kind) + ": " + f.Key
	if f.Cause != nil {
		s += ": " + f.Cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// Of returns the kind of an error: Defect for one that has none.
func Of(err error) Kind {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return Defect
}

// Is reports whether an error is of a kind.
func Is(err error, kind Kind) bool { return err != nil && Of(err) == kind }

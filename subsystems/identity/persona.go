package identity

import (
	"context"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
)

// Persona is a test person (測試人物) of the sandbox, who behaves in one way.
type Persona struct {
	Name     string // what login_hint says behind "persona:"
	Level    Level
	Closed   bool
	Document DocumentNumber
	Values   map[Field]string
}

// Personas are the test persons. Their numbers have right check digits, and belong to nobody.
func Personas() []Persona {
	person := func(name string, level Level, number DocumentNumber, chinese, english, born string) Persona {
		return Persona{Name: name, Level: level, Document: number, Values: map[Field]string{
			NameChinese: chinese, NameEnglish: english, DocumentNo: string(number), BirthDate: born, Sex: "F",
			Mobile: "+85290000000", Email: name + "@persona.example", MaritalStatus: "single", Education: "degree", Prefix: "ms",
			Residence: `{"kind":"premises","room":"B","floor":"12","block":"3","building":"示範大廈","estate":"海旁邨","number":"1","street":"海旁道","district":"CW"}`,
		}}
	}
	closed := person("closed", Basic, numbered("X000005"), "測試已關", "CHAK SI, Closed", "1980-05-05")
	closed.Closed = true
	return []Persona{
		person("approves", Plus, numbered("X000001"), "測試批准", "CHAK SI, Approves", "1990-01-01"),
		person("refuses", Plus, numbered("X000002"), "測試拒絕", "CHAK SI, Refuses", "1985-02-02"),
		person("slow", Plus, numbered("X000003"), "測試遲緩", "CHAK SI, Slow", "1975-03-03"),
		person("basic", Basic, numbered("X000004"), "測試基本", "CHAK SI, Basic", "1995-04-04"),
		closed,
		person("under-age", Basic, numbered("X000006"), "測試年幼", "CHAK SI, Young", "2014-06-06"),
	}
}

func numbered(body string) DocumentNumber { return DocumentNumber(body + string(checkDigit(body))) }

// SeedPersonas opens the accounts of the test persons that are not there yet.
func (s *Service) SeedPersonas(ctx context.Context) error {
	for _, p := range Personas() {
		err := s.DB.Write(who.AsSystem(ctx, who.Sandbox), func(tx *db.Tx) error {
			if _, err := findByPersona(tx, p.Name); !fault.Is(err, fault.NotFound) {
				return err
			}
			return s.seed(tx, p)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) seed(tx *db.Tx, p Persona) error {
	var values []Value
	for _, f := range Fields() {
		if text := p.Values[f]; text != "" {
			values = append(values, Value{Field: f, Text: text, Source: BySimulation})
		}
	}
	a, err := s.open(tx, Account{Kind: who.Person, Level: p.Level, Persona: p.Name, Lang: "tc"}, values)
	if err != nil || !p.Closed {
		return err
	}
	a.State, a.Closed, a.Version = Closed, tx.Now(), 1
	return changeAccount(tx, a)
}

// Persona gives the account of a test person, in the sandbox only.
func (s *Service) Persona(ctx context.Context, name string) (a Account, err error) {
	if who.From(ctx).Realm != who.Sandbox || !slices.ContainsFunc(Personas(), func(p Persona) bool { return p.Name == name }) {
		return a, fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err = findByPersona(tx, name)
		return err
	})
	return a, err
}

package services

import (
	"context"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// People is what the identity knows of those who apply.
type People interface {
	// Profile is what an account keeps of itself, by the identity's field names: text, or an
	// address as an object.
	Profile(ctx context.Context, account string) (map[string]Known, error)
	// AtCounter is whose code it is that somebody shows at a counter; it works once.
	AtCounter(ctx context.Context, code string) (account string, err error)
	// TellAbout puts a notice before a person, in three languages, once for each key.
	TellAbout(ctx context.Context, account string, about About, key, path string, title, text lang.Text) error
}

// About is what a notice is about: by it people choose how they are told.
type About string

// What notices of cases are about.
const (
	AboutCase        About = "application"
	AboutBill        About = "bill"
	AboutAppointment About = "appointment"
)

// Known is a value of somebody's profile.
type Known struct {
	Value    any
	Verified bool // it comes from their document, or was checked
	Day      when.Day
}

// Exchange fetches what other departments hold, by consent.
type Exchange interface {
	// Describe puts a wish of a department into words, for the person who is to agree.
	Describe(ctx context.Context, department string, w Wish) (Question, error)
	// Agree writes the consent of an account down.
	Agree(ctx context.Context, department, account string, w Wish) (consent string, err error)
	// Fetch gets the data that a consent allows.
	Fetch(ctx context.Context, department, consent string, w Wish) (Fetched, error)
}

// Question is a wish in a person's words.
type Question struct {
	From   lang.Text // the department that holds the data
	Head   []Told
	Fields []Asked
	Terms  []Told
}

// Told is a label and what it says.
type Told struct{ Label, Text lang.Text }

// Asked is a field that would be fetched.
type Asked struct {
	Held  lang.Text
	Name  string
	Label lang.Text
}

// Fetched is what came.
type Fetched struct {
	Values map[string]any
	From   lang.Text
	Access string // how the exchange calls it: the person checks it there
	At     when.Instant
}

// Departments tells of bureaux and departments.
type Departments interface {
	Department(ctx context.Context, code string) (lang.Text, error)
	Departments(ctx context.Context) (map[string]lang.Text, error)
}

// Staff tells of officers.
type Staff interface {
	// Colleagues are the officers of a department in a role, by account.
	Colleagues(ctx context.Context, department, role string) ([]Colleague, error)
}

// Colleague is an officer to whom a task may be handed.
type Colleague struct {
	Account string
	Name    lang.Text
}

package services

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/subsystems/services/forms"
)

// JobForget takes away the bytes of a file that nobody needs any more.
const JobForget = "services.forget"

// File is what is known of an upload without its bytes.
type File struct {
	ID      string `json:"-"`
	Address string `json:"-"` // of the sealed bytes
	Name    string `json:"name"`
	Type    string `json:"type"`
	Bytes   int64  `json:"bytes"`
}

// Given is an upload as it came, its type found out by its content.
type Given struct {
	Pointer string
	File
	Plain []byte
}

// Receive scans, seals and keeps an upload of a draft of the actor's own. The application names
// it once its page is taken.
func (s *Service) Receive(ctx context.Context, a ApplicationID, g Given) (forms.Upload, error) {
	g.Name = plainName(g.Name)
	out := forms.Upload{Pointer: g.Pointer, Name: g.Name, Type: g.Type, Bytes: int64(len(g.Plain))}
	if s.Scanner != nil {
		err := s.Scanner.Scan(ctx, bytes.NewReader(g.Plain))
		if errors.Is(err, forms.ErrUnsafe) {
			return out, fault.New(fault.Invalid, "services.fault.infected").Because(err)
		}
		if err != nil { // what nobody looked at is not taken
			return out, fault.New(fault.Unavailable, "services.fault.scanner").Because(err)
		}
	}
	realm := who.From(ctx).Realm
	out.Address = id.New[string](s.Clock())
	sealed, err := s.Keys.Encrypt(filePlace(realm, a, out.Address, "bytes"), g.Plain)
	if err != nil {
		return out, err
	}
	blob, err := s.Files.Put(ctx, bytes.NewReader(sealed))
	if err != nil {
		return out, err
	}
	g.Bytes = out.Bytes
	head, err := s.seal(filePlace(realm, a, out.Address, "head"), g.File)
	if err != nil {
		return out, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		return tx.DoChange(sqlAddFile, tx.Realm(), a, out.Address, blob.Address, head, tx.Now(), keyOf(sealed), mostFiles)
	})
	if fault.Is(err, fault.Conflict) {
		err = fault.New(fault.Conflict, "services.fault.files").Because(err)
	}
	return out, err
}

// longestName bounds the name of a file, in characters.
const longestName = 120

// plainName is a file's name as officers see it: without folders, and without characters that
// hide how it ends, such as those that turn the direction of writing. The end of a long one stays.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, name[strings.LastIndexAny(name, `/\`)+1:])
	if all := []rune(name); len(all) > longestName {
		name = string(all[:longestName-10]) + "…" + string(all[len(all)-9:])
	}
	return or(strings.TrimSpace(name), "file")
}

func (s *Service) filesOf(tx *db.Tx, a ApplicationID) ([]File, error) {
	return db.List(tx, func(r db.Scanner) (f File, err error) {
		var head []byte
		if err := r.Scan(&f.ID, &f.Address, &head); err != nil {
			return f, err
		}
		return f, s.open(tx, filePlace(tx.Realm(), a, f.ID, "head"), head, &f)
	}, sqlFiles, tx.Realm(), a)
}

// File reads an upload. Who may, was asked before.
func (s *Service) File(ctx context.Context, a ApplicationID, file string) (f File, plain []byte, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var head []byte
		if err := tx.Row(sqlFile, tx.Realm(), a, file).Scan(&f.Address, &head); err != nil {
			return err
		}
		f.ID = file
		return s.open(tx, filePlace(tx.Realm(), a, file, "head"), head, &f)
	})
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "services.fault.no-file")
		}
		return f, nil, err
	}
	sealed, err := s.sealedBytes(ctx, files.Address(f.Address))
	if err != nil {
		return f, nil, err
	}
	plain, err = s.Keys.Decrypt(filePlace(who.From(ctx).Realm, a, file, "bytes"), sealed)
	return f, plain, err
}

// ForgetFile takes sealed bytes away: each has an address of its own, since no two are sealed
// alike.
func (s *Service) ForgetFile(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var address files.Address
	if err := json.Unmarshal(j.Args, &address); err != nil {
		return err
	}
	return s.Files.Remove(ctx, address)
}

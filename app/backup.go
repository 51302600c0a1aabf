package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/backup"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/files"
	"praya/platform/search"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/knowledge"
	"praya/subsystems/estimates"
	"praya/subsystems/performance"
	"praya/subsystems/services"
)

func (c Config) ringFile() string    { return filepath.Join(c.Data, "keys.ring") }
func (c Config) keyFile() string     { return filepath.Join(c.Data, "key") }
func (c Config) blobsFolder() string { return filepath.Join(c.Data, "blobs") }

// searchScopes are the parts whose texts the index holds.
func searchScopes() []string {
	return []string{"estimates", performance.Scope, services.Scope, cases.SearchScope, knowledge.SearchScope}
}

type backupCommand struct {
	File string `arg:"" help:"File to write; it must not be there yet." type:"path"`
}

// Run writes a backup while the program may be serving. The key file that opens the key
// ring is not in it: keep it apart.
func (c backupCommand) Run(ctx context.Context, config Config, t estimates.Terminal) (err error) {
	d, err := db.Open(ctx, db.Config{URL: config.databaseURL(), ReadOnly: true}, when.System)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	blobs, err := files.OpenFolder(config.blobsFolder())
	if err != nil {
		return err
	}
	part := c.File + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	m, digest, err := backup.Write(ctx, backup.Source{DB: d, Files: files.New(blobs, 0), Ring: config.ringFile()}, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if err := os.Link(part, c.File); err != nil { // a link never replaces a file that is there
		return errors.Join(err, os.Remove(part))
	}
	rows := int64(0)
	for _, table := range m.Tables {
		rows += table.Rows
	}
	fmt.Fprintf(t.Out, "%s: %d tables, %d rows, %d blobs\nmanifest sha256 %s\n", c.File, len(m.Tables), rows, len(m.Blobs), digest)
	fmt.Fprintf(t.Err, "keep %s apart from it: without that key file encrypted fields stay closed\n", config.keyFile())
	return os.Remove(part)
}

type restoreCommand struct {
	File string `arg:"" help:"Backup to restore." type:"existingfile"`
}

// Run restores a backup into an empty data folder or database, of either engine.
func (c restoreCommand) Run(ctx context.Context, config Config, t estimates.Terminal) (err error) {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	d, err := openDB(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	blobs, err := files.OpenFolder(config.blobsFolder())
	if err != nil {
		return err
	}
	index, err := search.New(searchScopes()...)
	if err != nil {
		return err
	}
	m, err := backup.Restore(who.AsSystem(ctx, who.Production), f, info.Size(), backup.Target{
		DB: d, Files: files.New(blobs, 0), Ring: config.ringFile(), Schemas: Schemas(),
		After: []func(context.Context, *db.DB) error{index.Rebuild, settle},
	})
	if err == nil {
		fmt.Fprintf(t.Out, "restored %d tables and %d blobs of %s\nput the key file back as %s\n", len(m.Tables), len(m.Blobs), m.Made, config.keyFile())
	}
	return err
}

// settle gives events that another cluster had not numbered yet their place.
func settle(ctx context.Context, d *db.DB) error { return d.Write(ctx, events.Settle) }

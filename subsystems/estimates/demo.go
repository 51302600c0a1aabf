package estimates

import (
	"bytes"
	"context"
	"embed"
	"io/fs"
	"path"
)

//go:embed demo/*
var demoFiles embed.FS

// LoadDemo imports what the demonstration opens on: the public figures of the whole
// government of 2015-16 and of Head 47 in two years, and small papers of an invented head.
// What is known already stays.
func (s *Service) LoadDemo(ctx context.Context) error {
	return fs.WalkDir(demoFiles, "demo", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) == ".md" {
			return err
		}
		text, err := demoFiles.ReadFile(name)
		if err != nil {
			return err
		}
		_, err = s.Import(ctx, path.Base(name), bytes.NewReader(text))
		return err
	})
}

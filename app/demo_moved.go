package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"praya/kernel/fault"
)

var originForm = regexp.MustCompile(`https?://[^/\s]+`)

// moved lets a demonstration that is started again at another address go on there: the links of
// its officers, and where the departments that it plays answer.
func (p *Praya) moved(ctx context.Context) error {
	file := filepath.Join(p.Config.Data, demoOfficersFile)
	links, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it is new
	}
	if err != nil {
		return err
	}
	was, is := string(originForm.Find(links)), p.Config.origin()
	if was == "" || was == is {
		return nil
	}
	for _, h := range holders() {
		d, err := p.Exchange.DataService(ctx, h.service)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if d.Base != was {
			continue // its department answers elsewhere now
		}
		d.Base = is
		if err := p.Exchange.PutService(ctx, d); err != nil {
			return err
		}
	}
	return os.WriteFile(file, originForm.ReplaceAll(links, []byte(is)), 0o600)
}

package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"praya/kernel/lang"
	"praya/subsystems/ledger"
)

// demoDocuments is the folder with documents to be checked at /ledger.
const demoDocuments = "demonstration-documents"

// demoPermits are invented: the third replaced the second, the fourth was revoked.
func demoPermits() (files []string, texts [][]byte) {
	for n, road := range []string{"示範道 Sample Road", "示範里 Sample Lane", "示範里 Sample Lane, corrected", "示範街 Sample Street"} {
		files = append(files, fmt.Sprintf("permit-%d.txt", n+1))
		texts = append(texts, fmt.Appendf(nil, "道路工程許可證（示範）\nRoad works permit (demonstration)\n編號 No. DEMO-%03d\n%s\n", n+1, road))
	}
	return files, texts
}

// loadAnchored anchors the demonstration's permits once, and leaves them in the data folder.
func (p *Praya) loadAnchored(ctx context.Context) error {
	files, texts := demoPermits()
	folder := filepath.Join(p.Config.Data, demoDocuments)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	digests := make([]string, len(files))
	for i, text := range texts {
		sum := sha256.Sum256(text)
		digests[i] = hex.EncodeToString(sum[:])
		if err := os.WriteFile(filepath.Join(folder, files[i]), text, 0o600); err != nil {
			return err
		}
	}
	all := []ledger.Statement{
		{Digest: digests[0]},
		{Digest: digests[1]},
		{Digest: digests[2]},
		{Digest: digests[3]},
		{State: ledger.Replaced, Digest: digests[1], By: digests[2]},
		{State: ledger.Revoked, Digest: digests[3]},
	}
	by := ledger.Issuer{Client: "demo-works", Name: lang.Text{TC: "工務示範署", EN: "Works (demonstration)", SC: "工务示范署"}}
	_, _, err := p.Ledger.Anchor(ctx, by, "demonstration", all)
	return err
}

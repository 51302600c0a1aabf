package ledger

import (
	"context"
)

// circle is the witnesses of a log, with what each has seen.
type circle struct{}

func (s *Service) newCircle(context.Context) *circle { return &circle{} }

func (*circle) cosign(_ context.Context, _ logRow, signed []byte) ([]byte, error) { return signed, nil }

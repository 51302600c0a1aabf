package paper

// Limits bound what one file may cost. Reading keeps the text once and a
// record for each cell, so memory stays below about 24 times the size of the
// file (measured by TestMemoryIsBounded), hence below 24 × MaxBytes.
type Limits struct {
	MaxBytes int64 // size of the file; default 16 MB
	MaxLine  int   // bytes of one line; default 64 kB
	MaxCells int   // cells of all tables; default 2 million
	MaxWork  int   // steps of the search for places; default 4 million
}

func (l Limits) orDefault() Limits {
	if l.MaxBytes <= 0 {
		l.MaxBytes = 16 << 20
	}
	if l.MaxLine <= 0 {
		l.MaxLine = 64 << 10
	}
	if l.MaxCells <= 0 {
		l.MaxCells = 2_000_000
	}
	if l.MaxWork <= 0 {
		l.MaxWork = 4_000_000
	}
	return l
}

package pdf

// pointsPerMillimetre is how long a millimetre is in points (ISO 32000-1, 8.3.2.3).
const pointsPerMillimetre = 72 / 25.4

// Squares sets a picture of black squares of one size, such as a QR code, so many millimetres wide.
// What is around it stays white for four squares, as ISO/IEC 18004 wants it. Readers of text do not
// see it: say beside it what it is.
func (d *Document) Squares(rows [][]bool, millimetres float64) {
	if len(rows) == 0 {
		return
	}
	size := millimetres * pointsPerMillimetre / float64(len(rows[0]))
	quiet := 4 * size
	height := float64(len(rows))*size + 2*quiet
	d.room(height)
	d.list = nil
	d.artifact(func() { d.put(mark{x: margin + quiet, y: d.y + quiet, size: size, squares: rows}) })
	d.y += height
}

// pieces is in how many pieces the library draws a mark.
func (m mark) pieces() (n int) {
	if len(m.squares) == 0 {
		return 1
	}
	for _, row := range m.squares {
		for x := range row {
			if row[x] && (x == 0 || !row[x-1]) {
				n++
			}
		}
	}
	return n
}

// fill draws squares: neighbours of a row in one piece, so that no seam shows between them.
func (d *Document) fill(m mark) {
	for y, row := range m.squares {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				d.ink.RectFromUpperLeftWithStyle(m.x+float64(from)*m.size, m.y+float64(y)*m.size, float64(x-from)*m.size, m.size, "F")
			}
		}
	}
}

package web

import (
	"fmt"

	"rsc.io/qr"
)

// QRSVG is a QR code (ISO/IEC 18004, level M) as a picture file of its own, black on white. A
// text that is too long for one is an error.
func QRSVG(text string) ([]byte, error) {
	path, side := qrPath(text)
	if side == 0 {
		return nil, fmt.Errorf("web: %d bytes are too many for a QR code", len(text))
	}
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]dmm" height="%[1]dmm" viewBox="0 0 %[1]d %[1]d" shape-rendering="crispEdges">`+
		`<rect width="100%%" height="100%%" fill="#fff"/><path d="%[2]s" fill="#000"/></svg>`+"\n", side, path), nil
}

// QRPNG is the same as pixels, eight to a module.
func QRPNG(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	code.Scale = 8
	return code.PNG(), nil
}

// QRModules are the squares of a QR code, true for black, without the quiet zone: for a printed page.
func QRModules(text string) ([][]bool, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	out := make([][]bool, code.Size)
	for y := range out {
		out[y] = make([]bool, code.Size)
		for x := range out[y] {
			out[y][x] = code.Black(x, y)
		}
	}
	return out, nil
}

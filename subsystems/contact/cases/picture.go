package cases

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // for image.Decode
	"math"
)

const (
	maxPixels = 25_000_000 // of what is decoded: some hundred megabytes at the worst
	viewSide  = 1600
	smallSide = 320
)

var errPixels = errors.New("cases: too many pixels")

// redraw draws a picture anew, large and small, as JPEG on white: nothing of what stood around or behind
// the pixels is left. One at a time, since a decoder needs much memory.
func (s *Service) redraw(plain []byte) (view, small []byte, err error) {
	s.drawing.Lock()
	defer s.drawing.Unlock()
	defer func() {
		if p := recover(); p != nil { // a decoder that a made-up file confuses
			err = fmt.Errorf("cases: the picture can't be read: %v", p)
		}
	}()
	config, _, err := image.DecodeConfig(bytes.NewReader(plain))
	if err != nil {
		return nil, nil, err
	}
	if config.Width <= 0 || config.Height <= 0 || int64(config.Width)*int64(config.Height) > maxPixels {
		return nil, nil, errPixels
	}
	picture, _, err := image.Decode(bytes.NewReader(plain))
	if err != nil {
		return nil, nil, err
	}
	turned := turn(shrink(picture, viewSide), orientation(plain))
	if view, err = encode(turned); err != nil {
		return nil, nil, err
	}
	small, err = encode(shrink(turned, smallSide))
	return view, small, err
}

func encode(m image.Image) ([]byte, error) {
	var out bytes.Buffer
	err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 82})
	return out.Bytes(), err
}

// shrink brings the longer side down to a length, each pixel the mean of those that it stands for. It
// looks at a strip of rows at a time.
func shrink(m image.Image, side int) *image.RGBA {
	b := m.Bounds()
	scale := math.Min(1, float64(side)/float64(max(b.Dx(), b.Dy())))
	w, h := max(1, int(float64(b.Dx())*scale)), max(1, int(float64(b.Dy())*scale))
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()/h+2))
	for y := range h {
		top, bottom := y*b.Dy()/h, max(y*b.Dy()/h+1, (y+1)*b.Dy()/h)
		here := image.Rect(0, 0, b.Dx(), bottom-top)
		draw.Draw(strip, here, image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(strip, here, m, image.Pt(b.Min.X, b.Min.Y+top), draw.Over)
		for x := range w {
			left, right := x*b.Dx()/w, max(x*b.Dx()/w+1, (x+1)*b.Dx()/w)
			out.SetRGBA(x, y, mean(strip, left, right, bottom-top))
		}
	}
	return out
}

func mean(strip *image.RGBA, left, right, rows int) color.RGBA {
	var r, g, b, n uint32
	for y := range rows {
		for x := left; x < right; x++ {
			p := strip.Pix[y*strip.Stride+x*4:]
			r, g, b, n = r+uint32(p[0]), g+uint32(p[1]), b+uint32(p[2]), n+1
		}
	}
	return color.RGBA{R: uint8(r / n), G: uint8(g / n), B: uint8(b / n), A: 255}
}

// turn applies a photo's orientation (Exif 2.3, tag 274), which is lost with the rest.
func turn(m *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	outW, outH := w, h
	if orientation >= 5 {
		outW, outH = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, outW, outH))
	for y := range h {
		for x := range w {
			to := [...][2]int{
				{},
				{},
				{w - 1 - x, y},
				{w - 1 - x, h - 1 - y},
				{x, h - 1 - y},
				{y, x},
				{h - 1 - y, x},
				{h - 1 - y, w - 1 - x},
				{y, w - 1 - x},
			}[orientation]
			out.SetRGBA(to[0], to[1], m.RGBAAt(x, y))
		}
	}
	return out
}

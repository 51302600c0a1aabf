package voice

import (
	"math/bits"
	"sync"
)

// law is how a sample is written in eight bits (ITU-T G.711).
type law uint8

const (
	muLaw law = iota // PCMU, payload type 0
	aLaw             // PCMA, payload type 8
)

const (
	rate    = 8000 // samples a second
	frame   = 160  // samples of 20 ms
	silence = 0xFF // the µ-law byte of no sound
)

// laws are the tables between the two laws and linear samples. Inside the
// server sound is µ-law; only the edge of a call speaks A-law.
type laws struct {
	muToLinear [256]int16
	linearToMu [1 << 14]byte // index: the upper 14 bits of a sample
	muToA      [256]byte
	aToMu      [256]byte
}

var tables = sync.OnceValue(func() *laws {
	t := &laws{}
	for i := range 256 {
		t.muToLinear[i] = int16(decodeMu(byte(i)))
		t.muToA[i] = encodeA(decodeMu(byte(i)))
		t.aToMu[i] = encodeMu(decodeA(byte(i)))
	}
	for i := range t.linearToMu {
		t.linearToMu[i] = encodeMu(int(int16(i << 2)))
	}
	return t
})

// mu writes a linear sample, cut to 16 bits where it is louder.
func (t *laws) mu(sample int) byte {
	sample = min(max(sample, -32768), 32767)
	return t.linearToMu[uint16(sample)>>2]
}

func encodeMu(s int) byte {
	const bias, loudest = 0x84, 32635
	sign := byte(0)
	if s < 0 {
		sign, s = 0x80, -s
	}
	s = min(s, loudest) + bias
	exponent := bits.Len(uint(s)>>8) & 7
	return ^(sign | byte(exponent)<<4 | byte(s>>(exponent+3))&0x0F)
}

func decodeMu(b byte) int {
	b = ^b
	s := (int(b&0x0F)<<3+0x84)<<(b>>4&7) - 0x84
	if b&0x80 != 0 {
		return -s
	}
	return s
}

func encodeA(s int) byte {
	sign := byte(0x80)
	if s < 0 {
		sign, s = 0, -s-1
	}
	s = min(s, 32767)
	v := byte(s >> 4)
	if s >= 256 {
		exponent := bits.Len(uint(s) >> 8)
		v = byte(exponent)<<4 | byte(s>>(exponent+3))&0x0F
	}
	return (v | sign) ^ 0x55
}

func decodeA(b byte) int {
	b ^= 0x55
	s := int(b&0x0F)<<4 + 8
	if exponent := b >> 4 & 7; exponent > 0 {
		s = (s + 0x100) << (exponent - 1)
	}
	if b&0x80 != 0 {
		return s
	}
	return -s
}

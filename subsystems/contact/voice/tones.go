package voice

import (
	"math"
	"sync"
)

// Music is what is heard while one waits: soft tones that we compute
// ourselves, about 24 seconds that join at their ends.
func Music() Sound { return music() }

var music = sync.OnceValue(func() Sound {
	const beat = rate * 3 / 4
	chords := [][]float64{ // a slow walk through a pentatonic scale
		{261.63, 392.00},
		{293.66, 440.00},
		{329.63, 493.88},
		{392.00, 587.33},
		{329.63, 523.25},
		{293.66, 440.00},
		{261.63, 329.63},
		{220.00, 329.63},
	}
	out := make(Sound, 0, len(chords)*4*beat)
	for round := range 4 {
		for at, chord := range chords {
			if round%2 == 1 {
				chord = chords[(at*3)%len(chords)]
			}
			out = append(out, tone(beat, 1500, chord...)...)
		}
	}
	return out
})

// Beep is what is heard before one leaves a message.
func Beep() Sound { return tone(rate/2, 6000, 1000) }

// tone swells and fades, so that tones join without a click.
func tone(samples int, loud float64, frequencies ...float64) Sound {
	out := make(Sound, samples)
	t := tables()
	for i := range out {
		s := 0.0
		for _, f := range frequencies {
			s += math.Sin(2 * math.Pi * f * float64(i) / rate)
		}
		swell := math.Sin(math.Pi * float64(i) / float64(samples))
		out[i] = t.mu(int(loud * swell * s / float64(len(frequencies))))
	}
	return out
}

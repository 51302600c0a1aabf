package voice

import (
	"embed"
	"os"
	"path/filepath"
	"strconv"
)

// The prompts are spoken by a machine (prompts/make.sh, from prompts/texts.csv)
// so that everything works from the first minute. A site records people: files
// LANGUAGE/NAME.ulaw in the folder Config.Prompts take the place of ours, each
// by its name.
//
//go:embed prompts/yue/*.ulaw prompts/en/*.ulaw prompts/cmn/*.ulaw
var promptFiles embed.FS

// Languages lists the languages of the prompts, in the order of the welcome's keys.
func Languages() []string { return []string{"yue", "cmn", "en"} }

const longestPrompt = 2 << 20 // four minutes

// Voice is the prompts of a site: its own recordings, and ours for the rest.
type Voice struct {
	Folder string // "" = ours alone
}

// Voice gives the site's prompts.
func (s *Service) Voice() Voice { return Voice{Folder: s.Config.Prompts} }

// Prompt gives one of our prompts; see Voice.Prompt.
func Prompt(language, name string) Sound { return Voice{}.Prompt(language, name) }

// Number gives our words of a number; see Voice.Number.
func Number(language string, n int) []Sound { return Voice{}.Number(language, n) }

// Prompt gives a prompt, empty when there is none of this name. The welcome
// speaks all three languages, whichever is asked for. "beep" is computed.
func (v Voice) Prompt(language, name string) Sound {
	switch name {
	case "beep":
		if own := v.own(language, name); own != nil {
			return own
		}
		return Beep()
	case "welcome":
		var all Sound
		for _, l := range Languages() {
			all = append(append(all, v.one(l, name)...), pause()...)
		}
		return all
	}
	return v.one(language, name)
}

func (v Voice) one(language, name string) Sound {
	if own := v.own(language, name); own != nil {
		return own
	}
	b, err := promptFiles.ReadFile("prompts/" + language + "/" + name + ".ulaw")
	if err != nil {
		return nil
	}
	return b
}

// own is a site's recording. Names are our own constants, no paths.
func (v Voice) own(language, name string) Sound {
	if v.Folder == "" || !filepath.IsLocal(filepath.Join(language, name)) {
		return nil
	}
	file := filepath.Join(v.Folder, language, name+".ulaw")
	if info, err := os.Stat(file); err != nil || info.Size() > longestPrompt {
		return nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return b
}

// Number gives the words of a number from 0 to 999; what is larger is spoken
// digit by digit, and what is less than 0 as 0.
func (v Voice) Number(language string, n int) []Sound {
	var out []Sound
	for _, w := range numberWords(language, max(n, 0)) {
		out = append(out, v.one(language, w))
	}
	return out
}

func numberWords(language string, n int) []string {
	word := func(n int) string { return "n-" + strconv.Itoa(n) }
	chinese := language != "en"
	switch {
	case n > 999:
		var out []string
		for _, d := range strconv.Itoa(n) {
			out = append(out, word(int(d-'0')))
		}
		return out
	case n >= 100:
		out := []string{word(n / 100), "n-hundred"}
		if rest := n % 100; rest > 0 {
			if chinese && rest < 10 {
				out = append(out, word(0))
			}
			if chinese && rest >= 10 && rest < 20 {
				out = append(out, word(1))
			}
			out = append(out, numberWords(language, rest)...)
		}
		return out
	case chinese && n > 10:
		var out []string
		if n >= 20 {
			out = append(out, word(n/10))
		}
		out = append(out, word(10))
		if n%10 > 0 {
			out = append(out, word(n%10))
		}
		return out
	case n > 20 && n%10 > 0:
		return []string{word(n / 10 * 10), word(n % 10)}
	}
	return []string{word(n)}
}

// Place says where somebody stands in the queue.
func (v Voice) Place(language string, n int) []Sound {
	return append(append([]Sound{v.one(language, "place")}, v.Number(language, n)...), v.one(language, "place-after"))
}

// Wait says how many minutes it will take, or that it will be soon.
func (v Voice) Wait(language string, minutes int) []Sound {
	if minutes < 1 {
		return []Sound{v.one(language, "wait-soon")}
	}
	return append(append([]Sound{v.one(language, "wait")}, v.Number(language, minutes)...), v.one(language, "minutes"))
}

func pause() Sound {
	out := make(Sound, rate*3/10)
	for i := range out {
		out[i] = silence
	}
	return out
}

package forms

import "slices"

// mediaOf is the media type of a kind of file that a form may name.
func mediaOf(kind string) (string, bool) {
	kinds := fileKinds()
	i := slices.IndexFunc(kinds, func(k [2]string) bool { return k[0] == kind })
	if i < 0 {
		return "", false
	}
	return kinds[i][1], true
}

// fileKinds are the kinds that SniffType tells apart, with their media types.
func fileKinds() [][2]string {
	return [][2]string{
		{"pdf", "application/pdf"},
		{"png", "image/png"},
		{"jpeg", "image/jpeg"},
		{"webp", "image/webp"},
		{"heic", "image/heic"},
		{"text", "text/plain"},
		{"csv", "text/csv"},
		{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	}
}

// kindOf is the short name of a media type, for people: PDF.
func kindOf(media string) string {
	for _, k := range fileKinds() {
		if k[1] == media {
			return k[0]
		}
	}
	return media
}

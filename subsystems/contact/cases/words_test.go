package cases

import (
	"testing"

	"praya/platform/web"
	"praya/platform/words"
)

func TestWords(t *testing.T) {
	book, err := words.New(web.Words(), Words())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range book.Check() {
		t.Error(x)
	}
}

package app

import (
	"runtime"
	"runtime/debug"
)

// headroom is memory that counts as alive and is never touched. The collector waits until the heap
// has doubled: with this it waits for ten megabytes more, which is worth having for a program that
// holds thirty while it serves, and little for one that reads a large paper. A heap that may grow
// to four times what is alive held 235 MB when it was sent what is no paper.
const headroom = 10 << 20

// breathe gives back what starting took, and lets the heap grow a little further between two
// collections while the program serves. The function that it returns undoes it.
func breathe() func() {
	debug.FreeOSMemory()
	room := make([]byte, headroom)
	return func() { runtime.KeepAlive(room) }
}

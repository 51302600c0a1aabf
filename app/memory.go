package app

import (
	"runtime"
	"runtime/debug"
)

// headroom is memory that counts as alive and is never touched, so the machine never gives it. The
// collector waits until the heap has doubled, and so for that much more: with thirty megabytes
// alive it worked every thirty, and was a quarter of an application's instructions. Twice as much
// gains nothing; a heap that may grow to five times what is alive gains as much, and has no bound
// when a large paper is read.
const headroom = 64 << 20

// Roomy gives the collector headroom until the function that it gives is called.
func Roomy() (done func()) {
	room := make([]byte, headroom)
	return func() { runtime.KeepAlive(room) }
}

// breathe gives back what starting took, before the first request.
func breathe() { debug.FreeOSMemory() }

package app

import "runtime/debug"

// growth is by how much the heap may grow, in hundredths of what is alive, before it is
// collected. What is alive at rest is some 30 MB; at Go's own 100, collecting was a tenth of
// the processor's time under load.
const (
	growth   = 300
	growthGo = 100
)

// breathe gives back what starting took, and lets the heap grow further while the program
// serves. Who set GOGC knows better. The function that it returns undoes it.
func breathe() func() {
	debug.FreeOSMemory()
	was := debug.SetGCPercent(growth)
	if was != growthGo {
		debug.SetGCPercent(was)
	}
	return func() { debug.SetGCPercent(was) }
}

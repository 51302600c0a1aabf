package app

import "runtime/debug"

// breathe gives back what starting took, before the first request. The heap grows as Go lets it:
// one that may grow to four times what is alive costs a tenth less of the processor while it
// answers, and held 235 MB when it was sent what is no paper.
func breathe() { debug.FreeOSMemory() }

// Package kernel is the shared vocabulary of Praya: ids, time, language, faults,
// who acts, and exact decimals. It uses the standard library only, does no I/O,
// and stays small for ever: a word belongs here only when at least two
// subsystems must mean the same thing by it.
package kernel

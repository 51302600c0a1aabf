// Command praya is the whole program: the digital front office and back office of a government.
package main

import (
	"os"

	"praya/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

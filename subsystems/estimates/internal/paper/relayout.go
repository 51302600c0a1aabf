package paper

func oldLayout([]string) bool { return false }
func (w *walk) relayout()     {}

package voice

type browserWay struct{}

func (b *browserWay) close() {}

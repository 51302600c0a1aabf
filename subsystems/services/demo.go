package services

import (
	"context"
	"embed"
	"io/fs"
)

//go:embed demo
var demoFiles embed.FS

// DemoDepartment is the code of the demonstration's invented department.
const DemoDepartment = "DEMO"

// demoBundles are the services of the demonstration, by the order of their folders.
func demoBundles() (out []Bundle, err error) {
	folders, err := fs.ReadDir(demoFiles, "demo")
	if err != nil {
		return nil, err
	}
	for _, f := range folders {
		sub, err := fs.Sub(demoFiles, "demo/"+f.Name())
		if err != nil {
			return nil, err
		}
		b, err := ReadBundle(sub)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// LoadDemo publishes the demonstration's services. What is there already stays.
func (s *Service) LoadDemo(ctx context.Context) error {
	all, err := demoBundles()
	if err != nil {
		return err
	}
	for _, b := range all {
		if _, err := s.Publish(ctx, b, Open); err != nil {
			return err
		}
	}
	return nil
}

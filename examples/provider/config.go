package main

import (
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// config is the file provider.toml. Flags say the same for one service.
type config struct {
	Listen         string          `toml:"listen"`
	Gateway        string          `toml:"gateway"` // its keys are read from there
	Party          string          `toml:"party"`
	KeyID          string          `toml:"key_id"`   // as registered: party, slash, name
	KeyFile        string          `toml:"key_file"` // made on the first start
	Certificate    string          `toml:"certificate"`
	CertificateKey string          `toml:"certificate_key"`
	Services       []serviceConfig `toml:"service"`
}

// serviceConfig is one data service: where its rows are, and which columns may go.
type serviceConfig struct {
	Code     string            `toml:"code"`
	Path     string            `toml:"path"`     // behind this program's address
	CSV      string            `toml:"csv"`      // a file with a heading line, or
	Database string            `toml:"database"` // a file of SQLite, or postgres://…
	Query    string            `toml:"query"`    // a table's name or a select statement
	Subject  string            `toml:"subject"`  // the column that tells whose row it is
	Fields   map[string]string `toml:"fields"`   // name of the field: column
	List     bool              `toml:"list"`     // answer all rows of a subject, as a list
	Encrypt  bool              `toml:"encrypt"`  // to the consumer's own key
}

func readConfig(args []string) (c config, err error) {
	var one serviceConfig
	var fields, file string
	flags := flag.NewFlagSet("provider", flag.ContinueOnError)
	flags.StringVar(&file, "config", "", "file with everything; without it, these flags describe one service")
	flags.StringVar(&c.Listen, "listen", "localhost:8095", "address of this program")
	flags.StringVar(&c.Gateway, "gateway", "", "address of the gateway")
	flags.StringVar(&c.Party, "party", "", "code of this party at the gateway")
	flags.StringVar(&c.KeyID, "key-id", "", "name of the key at the gateway (PARTY/1)")
	flags.StringVar(&c.KeyFile, "key-file", "provider.key", "file of the key; made when it is not there")
	flags.StringVar(&c.Certificate, "certificate", "", "certificate chain for TLS, PEM")
	flags.StringVar(&c.CertificateKey, "certificate-key", "", "its key, PEM")
	flags.StringVar(&one.Code, "service", "", "code of the data service")
	flags.StringVar(&one.Path, "path", "/", "path of the data service")
	flags.StringVar(&one.CSV, "csv", "", "CSV file with a heading line, in UTF-8")
	flags.StringVar(&one.Database, "database", "", "file of SQLite, or postgres://…")
	flags.StringVar(&one.Query, "query", "", "table, or select statement, in the database")
	flags.StringVar(&one.Subject, "subject", "", "column that tells whose row it is")
	flags.StringVar(&fields, "fields", "", "fields that may be asked for: name,name=column,…")
	flags.BoolVar(&one.List, "list", false, "answer all rows of a subject")
	flags.BoolVar(&one.Encrypt, "encrypt", false, "encrypt answers to the consumer")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return c, err
		}
		if err := toml.NewDecoder(strings.NewReader(string(raw))).DisallowUnknownFields().Decode(&c); err != nil {
			return c, fmt.Errorf("%s: %w", file, err)
		}
	} else {
		one.Fields = map[string]string{}
		for f := range strings.SplitSeq(fields, ",") {
			name, column, ok := strings.Cut(strings.TrimSpace(f), "=")
			if !ok {
				column = name
			}
			one.Fields[name] = column
		}
		c.Services = []serviceConfig{one}
	}
	if c.KeyID == "" {
		c.KeyID = c.Party + "/1"
	}
	for i := range c.Services {
		if c.Services[i].Path == "" {
			c.Services[i].Path = "/"
		}
	}
	return c, c.check()
}

func (c config) check() error {
	u, err := url.Parse(c.Gateway)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1":
		return errors.New("the gateway's address must be https, or http on this machine: its keys are read there")
	case c.Party == "" || !strings.HasPrefix(c.KeyID, c.Party+"/"):
		return errors.New("name the party; the key's name is PARTY, a slash, and more")
	case len(c.Services) == 0:
		return errors.New("describe a service")
	}
	for _, s := range c.Services {
		switch {
		case !strings.HasPrefix(s.Code, c.Party+"."):
			return fmt.Errorf("the code of service %q must begin with %s.", s.Code, c.Party)
		case s.Subject == "" || len(s.Fields) == 0 || unnamed(s.Fields):
			return fmt.Errorf("%s: name the subject's column and the fields", s.Code)
		case (s.CSV == "") == (s.Database == "" || s.Query == ""):
			return fmt.Errorf("%s: give a CSV file, or a database and a query", s.Code)
		}
	}
	return nil
}

func unnamed(fields map[string]string) bool {
	for name, column := range fields {
		if name == "" || column == "" {
			return true
		}
	}
	return false
}

// Package praya_test holds the rules of the house as tests. Read it as a document:
// each test is one rule of ARCHITECTURE.md, and says in its failure what to do.
package praya_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed is every third-party module, the folders that may import it, and why it is
// here. A folder ends in /... when what lies below may too; "tests" means any _test.go file.
var allowed = []struct {
	module string
	in     []string
	why    string
}{
	{"modernc.org/sqlite", []string{"platform/db", "examples/provider"}, "the embedded store, in pure Go; binds $N by number"},
	{"github.com/jackc/pgx/v5", []string{"platform/db/...", "examples/provider"}, "PostgreSQL, the store that grows"},
	{"github.com/a-h/templ", []string{"tests", "platform/web/...", "subsystems/...", "app"}, "typed pages that escape by themselves"},
	{"github.com/alecthomas/kong", []string{"app", "subsystems/..."}, "one struct gives flags and help"},
	{"github.com/cedar-policy/cedar-go", []string{"platform/access"}, "written policy, deny by default, analysable"},
	{"github.com/danielgtaylor/huma/v2", []string{"platform/web/...", "subsystems/...", "app"}, "OpenAPI 3.1 and problem+json from Go types"},
	{"github.com/go-jose/go-jose/v4", []string{"subsystems/identity/...", "bench", "examples/..."}, "signed and encrypted tokens, algorithms chosen by us"},
	{"github.com/klauspost/compress", []string{"platform/web/...", "platform/backup", "subsystems/estimates"}, "gzip and zstd that cost little"},
	{"github.com/pelletier/go-toml/v2", []string{"app", "examples/provider"}, "the configuration file; unknown keys are errors"},
	{"github.com/prometheus/client_golang", []string{"platform/observe", "app"}, "metrics in the form that everybody scrapes"},
	{"github.com/xuri/excelize/v2", []string{"subsystems/..."}, "spreadsheets for those who work in them"},
	{"golang.org/x/text", []string{"platform/words", "platform/search/...", "subsystems/..."}, "encodings (Big5) and Unicode folding"},
	{"github.com/go-webauthn/webauthn", []string{"subsystems/identity/..."}, "passkeys: the checks of WebAuthn Level 3 are long and easily wrong"},
	{"github.com/emersion/go-smtp", []string{"tests", "platform/post", "subsystems/contact/mail"}, "mail goes out and comes in by SMTP"},
	{"github.com/emersion/go-sasl", []string{"platform/post"}, "how go-smtp logs in"},
	{"github.com/emersion/go-message", []string{"tests", "platform/post", "subsystems/contact/mail"}, "mail with names and subjects in Chinese, as RFC 2047 wants them"},
	{"golang.org/x/mod", []string{"tests", "subsystems/ledger", "subsystems/exchange", "bench"}, "Merkle proofs and signed notes, as Go's own checksum database uses them"},
	{"github.com/transparency-dev/formats", []string{"subsystems/ledger", "subsystems/exchange"}, "cosignature/v1 of witnesses (C2SP tlog-cosignature)"},
	{"github.com/transparency-dev/tessera", []string{"subsystems/ledger", "bench"}, "the monitor derives a log anew with somebody else's code (fsck); its log of files is what ours is measured beside"},
	{"github.com/digitorus/timestamp", []string{"subsystems/ledger"}, "time stamps (RFC 3161) of authorities on checkpoints"},
	{"github.com/digitorus/pkcs7", []string{"subsystems/ledger"}, "comes with it; says whose certificate signed a time stamp"},
	{"k8s.io/klog/v2", []string{"subsystems/ledger", "bench"}, "comes with tessera, and is told to be quiet"},
	{"github.com/transparency-dev/merkle", []string{"tests", "subsystems/ledger"}, "a second opinion on proofs; the leaf hasher that fsck wants"},
	{"github.com/signintech/gopdf", []string{"platform/pdf"}, "PDF with a subset of a TrueType font, so that Chinese can be set and selected"},
	{"rsc.io/qr", []string{"platform/web"}, "QR codes, small and without dependencies"},
	{"github.com/coreos/go-oidc/v3", []string{"examples/..."}, "the certified library that integrators in Go use"},
	{"golang.org/x/oauth2", []string{"examples/..."}, "goes with coreos/go-oidc"},
	{"github.com/descope/virtualwebauthn", []string{"tests", "bench"}, "passkeys without a browser, by another's hand"},
	{"github.com/chromedp/chromedp", []string{"tests", "platform/web/browsertest"}, "a real browser in tests"},
	{"github.com/chromedp/cdproto", []string{"tests", "platform/web/browsertest"}, "the browser's protocol, with chromedp"},
	{"github.com/go-jose/go-jose/v4", []string{"subsystems/identity/..."}, "JOSE for the OpenID Provider; no dependencies of its own"},
	{"github.com/lestrrat-go/jwx/v3", []string{"tests"}, "a second JOSE, which checks the first from outside"},
	{"github.com/google/go-cmp", []string{"tests"}, "differences that a person can read"},
	{"github.com/rogpeppe/go-internal", []string{"tests"}, "plain-text scripts of commands and journeys"},
	{"github.com/gowebpki/jcs", []string{"subsystems/exchange"}, "canonical JSON (RFC 8785): numbers and key order are easily wrong"},
	{"github.com/getkin/kin-openapi", []string{"subsystems/exchange"}, "OpenAPI 3.1 is long: services' descriptions are held against it"},
	{"github.com/sony/gobreaker/v2", []string{"subsystems/exchange"}, "a circuit breaker that many use, without dependencies"},
	{"github.com/dunglas/httpsfv", []string{"platform/httpsig", "subsystems/exchange", "examples/provider"}, "structured fields (RFC 9651), which message signatures are written in"},
	{"filippo.io/edwards25519", []string{"platform/httpsig"}, "the arithmetic of Ed25519 by those who keep Go's own: multiples of a partner's key are kept"},
	{"github.com/yaronf/httpsign", []string{"tests", "examples/..."}, "message signatures by another's hand: what an integrator has"},
	{"github.com/common-fate/httpsig", []string{"tests"}, "message signatures by a second other hand"},
	{"github.com/remitly-oss/httpsig-go", []string{"tests"}, "message signatures by a third other hand"},
	{"cel.dev/cel-go", []string{"subsystems/services/rule"}, "expressions of forms and processes: a language without loops, bounded by cost"},
	{"github.com/santhosh-tekuri/jsonschema/v6", []string{"subsystems/services/forms"}, "JSON Schema 2020-12, with the public test suite behind it"},
	{"github.com/emiago/sipgo", []string{"tests", "bench", "subsystems/contact/voice"}, "SIP transactions and dialogues over UDP, TCP and TLS (RFC 3261)"},
	{"github.com/icholy/digest", []string{"tests", "bench", "subsystems/contact/voice"}, "comes with sipgo; digest sign-in of telephones"},
	{"github.com/pion/rtp", []string{"tests", "bench", "subsystems/contact/voice"}, "packets of sound (RFC 3550)"},
	{"github.com/pion/sdp/v3", []string{"tests", "subsystems/contact/voice"}, "what two ends agree to send (RFC 8866)"},
	{"github.com/pion/srtp/v3", []string{"tests", "subsystems/contact/voice"}, "comes with webrtc; sound encrypted between a telephone and us (RFC 3711)"},
	{"github.com/pion/webrtc/v4", []string{"tests", "subsystems/contact/voice"}, "an agent's browser as a telephone"},
	{"github.com/emersion/go-msgauth", []string{"tests", "subsystems/contact/mail"}, "DKIM and DMARC of mail that comes in"},
	{"blitiri.com.ar/go/spf", []string{"subsystems/contact/mail"}, "SPF (RFC 7208): bounded look-ups are easily wrong"},
	{"github.com/rwcarlsen/goexif", []string{"tests"}, "where a photo was taken, by another hand than ours"},
	{"pgregory.net/rapid", []string{"tests"}, "properties over many inputs"},
}

// layers says what each layer may import of ours.
var layers = []struct {
	folder string
	may    []string
}{
	{"kernel", []string{"kernel"}},
	{"platform", []string{"kernel", "platform"}},
	{"subsystems", []string{"kernel", "platform"}},                           // and its own folder: see TestSubsystemsAreAlone
	{"app", []string{"kernel", "platform", "subsystems", "app", "examples"}}, // examples: the developers' page shows their files
	{"cmd", []string{"app", "kernel"}},
	{"bench", []string{"app", "kernel", "platform", "subsystems", "bench"}},
	{"conformance", []string{"app", "kernel", "platform", "conformance"}},
	{"examples", nil},
}

func TestLayers(t *testing.T) {
	for _, f := range goFiles(t) {
		layer := strings.Split(f.dir, "/")[0]
		i := slices.IndexFunc(layers, func(l struct {
			folder string
			may    []string
		},
		) bool {
			return l.folder == layer
		})
		if i < 0 {
			if f.dir != "." {
				t.Errorf("%s: %s is no layer; see ARCHITECTURE.md", f.path, layer)
			}
			continue
		}
		for _, imp := range f.imports {
			own, ok := strings.CutPrefix(imp, "praya/")
			if !ok || strings.HasPrefix(own, subsystemOf(f.dir)) && subsystemOf(f.dir) != "" {
				continue
			}
			if !slices.Contains(layers[i].may, strings.Split(own, "/")[0]) {
				t.Errorf("%s: %s may not import %s", f.path, layer, imp)
			}
		}
	}
}

func TestKernelUsesTheStandardLibraryOnly(t *testing.T) {
	for _, f := range goFiles(t) {
		if strings.HasPrefix(f.dir, "kernel") && !f.test {
			for _, imp := range f.imports {
				if strings.Contains(strings.Split(imp, "/")[0], ".") {
					t.Errorf("%s: kernel may not import %s", f.path, imp)
				}
			}
		}
	}
}

func TestSubsystemsAreAlone(t *testing.T) {
	for _, f := range goFiles(t) {
		own := subsystemOf(f.dir)
		if own == "" {
			continue
		}
		for _, imp := range f.imports {
			if other := subsystemOf(strings.TrimPrefix(imp, "praya/")); strings.HasPrefix(imp, "praya/") && other != "" && other != own {
				t.Errorf("%s imports %s: say what you need in needs.go, and app/wire.go gives it", f.path, imp)
			}
		}
	}
}

func TestThirdPartyModulesAreOnTheList(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, imp := range f.imports {
			if !strings.Contains(strings.Split(imp, "/")[0], ".") {
				continue
			}
			i := slices.IndexFunc(allowed, func(a struct {
				module string
				in     []string
				why    string
			},
			) bool {
				return imp == a.module || strings.HasPrefix(imp, a.module+"/")
			})
			if i < 0 {
				t.Errorf("%s imports %s, which is not on the list: add it with its reason, or do without", f.path, imp)
				continue
			}
			if !slices.ContainsFunc(allowed[i].in, func(in string) bool { return covers(in, f) }) {
				t.Errorf("%s may not import %s: only %s (%s)", f.path, imp, strings.Join(allowed[i].in, ", "), allowed[i].why)
			}
		}
	}
}

// httpHomes are the file names that may speak HTTP in a subsystem.
var httpHomes = regexp.MustCompile(`^(api|pages|mount|client)[a-z_]*\.go$`)

func TestHTTPStaysAtTheEdge(t *testing.T) {
	for _, f := range goFiles(t) {
		protocol := strings.Contains(f.dir, "/internal/")
		if subsystemOf(f.dir) == "" || f.test || protocol || httpHomes.MatchString(path.Base(f.path)) || strings.HasSuffix(f.path, "_templ.go") {
			continue
		}
		if slices.Contains(f.imports, "net/http") {
			t.Errorf("%s imports net/http: only api*.go, pages*.go, mount.go, client*.go and protocol packages may", f.path)
		}
	}
}

var (
	sqlText   = regexp.MustCompile(`(?is)^\s*(select\s.+\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+(table|index|unique)|alter\s+table|with\s+\w+.*\sselect\s)`)
	tableWord = regexp.MustCompile(`(?i)create\s+(?:unlogged\s+|virtual\s+)?table\s+(?:if\s+not\s+exists\s+)?(\w+)`)
)

func TestSQLStandsInStores(t *testing.T) {
	owners := tables(t)
	for _, f := range goFiles(t) {
		store := strings.HasPrefix(path.Base(f.path), "store") || strings.HasPrefix(f.dir, "platform/db") || strings.HasPrefix(f.dir, "platform/backup")
		for _, lit := range f.texts {
			if !sqlText.MatchString(lit) {
				continue
			}
			if !store && !f.test {
				t.Errorf("%s holds SQL (%.50q): statements stand in store*.go", f.path, lit)
			}
			for table, owner := range owners {
				named := regexp.MustCompile(`(?i)\b` + table + `\b`).MatchString(lit)
				if named && f.dir != owner && !strings.HasPrefix(f.dir, owner+"/") && !f.test {
					t.Errorf("%s names the table %s, which %s owns", f.path, table, owner)
				}
			}
		}
	}
}

func TestTablesBeginWithTheirOwnersName(t *testing.T) {
	for table, owner := range tables(t) {
		_, below, _ := strings.Cut(owner, "/")
		if name := strings.ReplaceAll(below, "/", "_"); !strings.HasPrefix(table, name) {
			t.Errorf("table %s of %s must begin with %s", table, owner, name)
		}
	}
}

// homes lists the only places of what is otherwise forbidden, with the reason.
var homes = map[string]map[string]string{
	"time.Now": {
		"kernel/when/when.go":      "the one clock",
		"platform/web/listener.go": "a monotonic stopwatch, not the civil clock",
		"examples/":                "programs from outside, with their machine's clock",
	},
	"os.Getenv": {
		"platform/db/dbtest":       "where the test run's PostgreSQL is",
		"platform/web/browsertest": "whether CI demands the browser",
		"app/config.go":            "the one place that reads the environment",
	},
}

func TestClockAndEnvironmentHaveHomes(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test || strings.HasPrefix(f.dir, "bench") {
			continue
		}
		for _, call := range f.calls {
			places, ruled := homes[strings.Replace(call, "LookupEnv", "Getenv", 1)]
			if !ruled {
				continue
			}
			if !slices.ContainsFunc(keys(places), func(p string) bool { return strings.HasPrefix(f.path, p) }) {
				t.Errorf("%s calls %s: it comes in through a parameter", f.path, call)
			}
		}
	}
}

// quiet are package variables that nobody changes but that Go can't write as constants.
var quiet = regexp.MustCompile(`^(errors\.New|sync\.OnceValue|regexp\.MustCompile|fault\.New|strings\.NewReplacer|map\[|\[\]|\[\.\.\.\]|struct|template\.Must|&net\.IPNet)`)

func TestNoInitAndNoMutableVariables(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test || strings.HasSuffix(f.path, "_templ.go") {
			continue
		}
		for _, bad := range f.mutable {
			t.Errorf("%s: %s: pass it in, or make it a constant or a function", f.path, bad)
		}
	}
}

// source is what the rules need of a Go file.
type source struct {
	path, dir string
	test      bool
	imports   []string
	texts     []string // string literals
	calls     []string // package.Function
	mutable   []string // init functions and package variables that may change
}

func goFiles(t *testing.T) []source {
	t.Helper()
	var out []source
	walk(t, ".go", func(p string) {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, p, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		s := source{path: p, dir: path.Dir(p), test: strings.HasSuffix(p, "_test.go") || strings.Contains(p, "dbtest/")}
		for _, i := range file.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			s.imports = append(s.imports, name)
		}
		for _, d := range file.Decls {
			s.mutable = append(s.mutable, mutable(d)...)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if v, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					s.texts = append(s.texts, v)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok {
					s.calls = append(s.calls, x.Name+"."+n.Sel.Name)
				}
			}
			return true
		})
		out = append(out, s)
	})
	return out
}

func mutable(d ast.Decl) (bad []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Name.Name == "init" {
			bad = append(bad, "func init")
		}
	case *ast.GenDecl:
		if d.Tok != token.VAR || d.Doc != nil && strings.Contains(d.Doc.Text(), "go:embed") || hasEmbed(d.Doc) {
			return nil
		}
		for _, spec := range d.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if name.Name == "_" || hasEmbed(v.Doc) || i < len(v.Values) && isQuiet(v.Values[i]) {
					continue
				}
				if v.Comment != nil && strings.Contains(v.Comment.List[0].Text, "nolint:gochecknoglobals //") {
					continue // a reason stands beside it
				}
				bad = append(bad, "var "+name.Name)
			}
		}
	}
	return bad
}

func hasEmbed(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed") })
}

func isQuiet(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CompositeLit:
		return true
	case *ast.CallExpr:
		if s, ok := e.Fun.(*ast.SelectorExpr); ok {
			x, _ := s.X.(*ast.Ident)
			return x != nil && quiet.MatchString(x.Name+"."+s.Sel.Name)
		}
	}
	return false
}

func subsystemOf(dir string) string {
	parts := strings.Split(dir, "/")
	if len(parts) < 2 || parts[0] != "subsystems" {
		return ""
	}
	return parts[0] + "/" + parts[1]
}

func covers(in string, f source) bool {
	if in == "tests" {
		return f.test
	}
	base, deep := strings.CutSuffix(in, "/...")
	return f.dir == base || deep && strings.HasPrefix(f.dir, base+"/")
}

// tables maps every table of every schema to the folder that owns it.
func tables(t *testing.T) map[string]string {
	t.Helper()
	owners := map[string]string{}
	walk(t, ".sql", func(p string) {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(p, "testdata") {
			return
		}
		for _, m := range tableWord.FindAllStringSubmatch(string(text), -1) {
			owners[m[1]] = path.Dir(path.Dir(p))
		}
	})
	return owners
}

func walk(t *testing.T, ext string, visit func(string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "node_modules" || name == "testdata" || len(name) > 1 && strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(p, ext) {
			visit(filepath.ToSlash(p))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func keys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

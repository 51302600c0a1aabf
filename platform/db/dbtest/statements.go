package dbtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"praya/platform/db"
)

// Statement is one SQL constant of the program.
type Statement struct {
	Name string // of the constant
	Text string
	File string
	On   db.Engine // empty: both
}

// Statements finds every constant whose name begins with sql in the store*.go files
// under the folders.
func Statements(t testing.TB, dirs ...string) []Statement {
	t.Helper()
	var all []Statement
	for _, dir := range folders(t, dirs) {
		all = append(all, inFolder(t, dir)...)
	}
	if len(all) == 0 {
		t.Fatalf("no SQL constants under %v", dirs)
	}
	return all
}

// Prepare prepares every statement under the folders on both engines, after the
// schemas were applied, and returns how many there are.
func Prepare(t *testing.T, schemas []db.Schema, dirs ...string) int {
	t.Helper()
	all := Statements(t, dirs...)
	Each(t, schemas, func(t *testing.T, d *db.DB) {
		for _, s := range all {
			if s.On != "" && s.On != d.Engine() {
				continue
			}
			if err := d.Prepare(t.Context(), s.Text); err != nil {
				t.Errorf("%s: %s: %v", s.File, s.Name, err)
			}
		}
	})
	return len(all)
}

// Homes reports calls of a transaction's methods whose statement is not one of the
// constants, and SQL constants outside of store*.go.
func Homes(t testing.TB, dirs ...string) {
	t.Helper()
	for _, dir := range folders(t, dirs) {
		files, set := parse(t, dir)
		for path, file := range files {
			if file.Name.Name == "db" {
				continue // this package passes on what it is given
			}
			store := strings.HasPrefix(filepath.Base(path), "store")
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ValueSpec:
					for _, name := range n.Names {
						if isSQL(name.Name) && !store {
							t.Errorf("%s: %s: SQL belongs into store*.go", set.Position(n.Pos()), name.Name)
						}
					}
				case *ast.CallExpr:
					if arg, ok := statementOf(n); ok && !permitted(arg) {
						t.Errorf("%s: the statement is not a constant named sql…", set.Position(n.Pos()))
					}
				}
				return true
			})
		}
	}
}

// statementOf gives the SQL argument of tx.Exec, tx.Query, tx.Row, tx.Change and db.List.
func statementOf(call *ast.CallExpr) (ast.Expr, bool) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	on, ok := sel.X.(*ast.Ident)
	if !ok {
		return nil, false
	}
	switch {
	case on.Name == "tx" && slices.Contains([]string{"Exec", "Query", "Row", "Change"}, sel.Sel.Name) && len(call.Args) > 0:
		return call.Args[0], true
	case on.Name == "db" && sel.Sel.Name == "List" && len(call.Args) > 2:
		return call.Args[2], true
	}
	return nil, false
}

func permitted(arg ast.Expr) bool {
	switch arg := arg.(type) {
	case *ast.Ident:
		return isSQL(arg.Name)
	case *ast.CallExpr: // PerEngine{…}.For(engine)
		sel, ok := arg.Fun.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "For"
	}
	return false
}

func isSQL(name string) bool {
	return len(name) > 3 && strings.HasPrefix(name, "sql") && name[3] >= 'A' && name[3] <= 'Z'
}

func folders(t testing.TB, roots []string) []string {
	t.Helper()
	var all []string
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !e.IsDir() {
				return nil
			}
			if name := e.Name(); path != root && (name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".")) {
				return fs.SkipDir
			}
			all = append(all, path)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func parse(t testing.TB, dir string) (map[string]*ast.File, *token.FileSet) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set, files := token.NewFileSet(), map[string]*ast.File{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		if files[path], err = parser.ParseFile(set, path, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	return files, set
}

func inFolder(t testing.TB, dir string) []Statement {
	t.Helper()
	files, _ := parse(t, dir)
	constants, home := map[string]ast.Expr{}, map[string]string{}
	for path, file := range files {
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, spec := range gen.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					if i < len(value.Values) {
						constants[name.Name], home[name.Name] = value.Values[i], path
					}
				}
			}
		}
	}
	var all []Statement
	for name, expr := range constants {
		if !isSQL(name) || !strings.HasPrefix(filepath.Base(home[name]), "store") {
			continue
		}
		text, err := evaluate(expr, constants)
		if err != nil {
			t.Errorf("%s: %s: %v", home[name], name, err)
			continue
		}
		s := Statement{Name: name, Text: text, File: home[name]}
		switch {
		case strings.HasSuffix(name, "SQLite"):
			s.On = db.SQLite
		case strings.HasSuffix(name, "PostgreSQL"):
			s.On = db.PostgreSQL
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Statement) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// evaluate reads literals, sums, and names of other constants of the package.
func evaluate(expr ast.Expr, constants map[string]ast.Expr) (string, error) {
	switch e := expr.(type) {
	case *ast.BasicLit:
		return strconv.Unquote(e.Value)
	case *ast.ParenExpr:
		return evaluate(e.X, constants)
	case *ast.Ident:
		if other, ok := constants[e.Name]; ok {
			return evaluate(other, constants)
		}
	case *ast.BinaryExpr:
		a, err := evaluate(e.X, constants)
		if err != nil {
			return "", err
		}
		b, err := evaluate(e.Y, constants)
		return a + b, err
	}
	return "", fmt.Errorf("not a constant that can be read from its source: %T", expr)
}

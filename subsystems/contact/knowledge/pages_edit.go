package knowledge

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/web"
)

// beside puts a fault of the domain beside a field, so that what was typed is kept.
func beside(field string, err error) error {
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid && len(f.Fields) == 0 {
		return f.At(field, f.Key)
	}
	return err
}

// upload is the one file of a posted form.
func (f face) upload() ([]byte, error) {
	parts, err := f.R.MultipartReader()
	if err != nil {
		return nil, invalid("file").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, invalid("file")
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			data, err := io.ReadAll(http.MaxBytesReader(nil, part, MaxShipped))
			if err != nil {
				return nil, invalid("file").Because(err)
			}
			return data, nil
		}
	}
}

func (f face) refusedImport(err error) error {
	var bad *fault.Fault
	if errors.As(err, &bad) && bad.Kind == fault.Invalid {
		return f.showImport(http.StatusUnprocessableEntity, f.T(bad.Key))
	}
	return err
}

// editable reads an article that the visitor may change.
func (f face) editable() (a Article, err error) {
	if err := f.may("desk"); err != nil {
		return a, err
	}
	err = f.read(func(tx *db.Tx) (err error) { a, err = f.Article(tx, f.PathValue("code")); return err })
	if err != nil {
		return a, err
	}
	return a, f.Allow("knowledge.edit", article(a.Department))
}

func (f face) three(prefix, key string, as web.Asked, most int) (out []web.Question) {
	for _, l := range lang.All() {
		out = append(out, web.Question{As: as, Field: web.Field{
			Name: prefix + string(l), Label: f.T("knowledge.write."+key, "language", l.Name()), Hint: f.T("knowledge.write." + key + "-hint"), Lang: l, MaxLength: most, Optional: true,
		}})
	}
	return out
}

func (f face) articleFields(fresh bool) (out []web.Question) {
	if fresh {
		out = append(out, web.Question{Field: web.Field{Name: "code", Label: f.T("knowledge.write.code"), Hint: f.T("knowledge.write.code-hint"), Width: "medium", MaxLength: 60, Optional: true}})
	}
	out = append(out, f.three("title-", "title", web.AsText, MaxTitle)...)
	out = append(out, f.three("text-", "text", web.AsLines, MaxText)...)
	out = append(out, f.three("everyday-", "everyday", web.AsText, MaxEveryday)...)
	if !fresh {
		out = append(out, web.Question{As: web.AsTick, Field: web.Field{Name: "own", Label: f.T("knowledge.write.own"), Optional: true}, Choices: []web.Choice{{Value: "yes", Label: f.T("knowledge.write.own-yes")}}}, web.Remember("version"))
	}
	return out
}

func (s *Service) askNew(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("knowledge.edit", article(f.mine())); err != nil {
		return err
	}
	given := web.Given("everyday-"+string(v.Lang()), cut(v.Query.Get("words"), maxAsked))
	return v.Ask(web.Questions{
		Title: v.T("knowledge.new.title"), Lead: v.T("knowledge.new.lead"), Submit: v.T("knowledge.write.save"), Crumbs: f.deskCrumbs(), Given: given, Asked: f.articleFields(true),
		Act: func(a *web.Answers) (string, string, error) {
			x := Article{Code: strings.ToLower(a.Text("code")), Department: f.mine(), Owner: f.by(), Title: a.Three("title-"), Text: a.Three("text-"), Everyday: a.Three("everyday-")}
			err := f.write(func(tx *db.Tx) error {
				kept, err := f.Put(tx, x, f.by())
				x.Code = kept.Code
				return err
			})
			return deskPath + "/articles/" + x.Code, v.T("knowledge.saved"), beside("title-"+string(v.Lang()), err)
		},
	})
}

func (s *Service) askEdit(v *web.Visit) error {
	f := face{v, s}
	x, err := f.editable()
	if err != nil {
		return err
	}
	given := web.Given("version", strconv.FormatInt(x.Version, 10))
	web.GiveThree(given, "title-", x.Title)
	web.GiveThree(given, "text-", x.Text)
	web.GiveThree(given, "everyday-", x.Everyday)
	here := deskPath + "/articles/" + x.Code
	return v.Ask(web.Questions{
		Title: v.T("knowledge.edit.title"), Submit: v.T("knowledge.write.save"), Given: given, Asked: f.articleFields(false),
		Crumbs: append(f.deskCrumbs(), web.Crumb{Text: x.Title.In(v.Lang()), Path: here}),
		Act: func(a *web.Answers) (string, string, error) {
			y := x
			y.Title, y.Text, y.Everyday = a.Three("title-"), a.Three("text-"), a.Three("everyday-")
			n, err := strconv.ParseInt(a.Text("version"), 10, 64)
			if err != nil || n < 1 {
				return "", "", conflict("stale")
			}
			if y.Version = n; a.Ticked("own", "yes") {
				y.Owner = f.by()
			}
			err = f.write(func(tx *db.Tx) error { _, err := f.Put(tx, y, f.by()); return err })
			return here, v.T("knowledge.saved"), beside("title-"+string(v.Lang()), err)
		},
	})
}

// showEdited is an article as editors see it: its draft, what differs from what is public, its versions.
func (s *Service) showEdited(v *web.Visit) error {
	f := face{v, s}
	if err := f.may("desk"); err != nil {
		return err
	}
	var a Article
	var all []Version
	var names map[string]string
	err := f.read(func(tx *db.Tx) (err error) {
		if a, err = f.Article(tx, v.PathValue("code")); err != nil {
			return err
		}
		if all, err = f.Versions(tx, a.Code); err != nil {
			return err
		}
		names, err = f.departments(tx)
		return err
	})
	if err != nil {
		return err
	}
	here := deskPath + "/articles/" + a.Code
	var acts []web.Crumb
	if v.Can("knowledge.edit", article(a.Department)) {
		add := func(on bool, act string) {
			if on {
				acts = append(acts, web.Crumb{Text: v.T("knowledge." + act + ".title"), Path: here + "/" + act})
			}
		}
		add(true, "edit")
		add(a.Open(), "publish")
		add(a.State == Published, "review")
		add(a.State != Withdrawn, "withdraw")
	}
	if a.State == Published {
		acts = append(acts, web.Crumb{Text: v.T("knowledge.see-public"), Path: answersPath + "/" + a.Code})
	}
	title, l := a.Title.With(v.Lang())
	return v.Render(web.Page{Title: title, Lang: l, Crumbs: f.deskCrumbs(), Secret: true, Head: f.stateTag(a)}, stack([]templ.Component{
		ways(v.View, acts), f.words(a), web.SummaryList(v.View, f.facts(a, names)), web.DataTable(v.View, f.versionTable(a.Code, all)),
	}))
}

func (f face) versionTable(code string, all []Version) web.Table {
	t := web.Table{Caption: f.T("knowledge.versions"), Columns: []web.Column{{Head: f.T("knowledge.version")}, {Head: f.T("knowledge.changed")}, {Head: f.T("knowledge.published-at")}, {Head: f.T("knowledge.languages")}}}
	for _, x := range all {
		published := web.Cell{Text: f.T("knowledge.state.draft")}
		if x.PublishedBy != "" {
			published = web.Cell{Text: f.Instant(x.PublishedAt)}
		}
		var languages []string
		for _, l := range lang.All() {
			if only(x.Title, l) != "" {
				languages = append(languages, l.Name())
			}
		}
		number := strconv.FormatInt(x.Number, 10)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: f.T("knowledge.version-n", "n", x.Number), Path: deskPath + "/articles/" + code + "/versions/" + number}, {Text: f.Instant(x.At)}, published, {Text: strings.Join(languages, " · ")},
		}})
	}
	return t
}

package paper

// demand writes down everything that the rows of a paper must fulfil. Which
// rows belong together follows from their order and their totals, not from
// their words.
func (b *book) demand() {
	cols := columnNames(expectedColumns(TableProvision, b.year))
	b.programmes = b.demandBodies(cols)
	provision, analysis := b.programmes, b.rows(TableAnalysis)
	subheads, expenses := b.rows(TableSubheads), b.rows(TableExpenses)
	items, analysisTotal := splitTotal(analysis)
	for _, p := range provision {
		b.same(CheckProvisionAnalysis, p, byCode(items, p.code), cols)
	}
	for _, i := range items {
		if byProgramme(provision, i.code) == nil {
			b.same(CheckProvisionAnalysis, nil, i, cols)
		}
	}
	if len(items) > 1 || analysisTotal != nil {
		b.sum(CheckAnalysisTotal, items, analysisTotal, cols)
	}
	if analysisTotal != nil && len(provision) > 1 {
		b.sum(CheckProgrammesTotal, provision, analysisTotal, cols)
	}
	total := b.demandSubheads(subheads, cols)
	if len(subheads) > 0 {
		b.sum(CheckProvisionSubheads, firstOf(items, provision), total, cols)
	}
	expenseItems, expenseTotal := splitTotal(expenses)
	b.sum(CheckExpensesTotal, expenseItems, expenseTotal, cols)
	if e := firstEntry(expenseTotal, expenseItems); e != nil {
		b.same(CheckExpensesSubhead, e, byCode(subheads, "000"), cols)
	} else if s := byCode(subheads, "000"); s != nil && b.whole {
		b.sum(CheckExpensesSubhead, expenseItems, s, cols)
	}
	b.demandCommitments()
}

// demandBodies: where a programme's provision is split by bodies, these make
// its total, and the total stands for the programme.
func (b *book) demandBodies(cols []string) []*entry {
	var out, bodies []*entry
	code := ""
	flush := func() { out, bodies = append(out, bodies...), nil }
	for _, r := range b.rows(TableProvision) {
		if r.code != code {
			flush()
		}
		code = r.code
		if r.total == TotalGroup {
			b.sum(CheckProvisionBodies, bodies, r, cols)
			bodies = []*entry{r}
			continue
		}
		bodies = append(bodies, r)
	}
	flush()
	return out
}

// demandSubheads: items make their kind, kinds their account, accounts the
// whole. A total that is lost leaves its rows to the next one up.
func (b *book) demandSubheads(rows []*entry, cols []string) *entry {
	var items, groups, accounts []*entry
	group := ""
	for _, r := range rows {
		switch r.total {
		case "":
			if r.group != group {
				b.sum(CheckSubheadGroup, items, nil, cols)
				groups, items = append(groups, items...), nil
			}
			group = r.group
			items = append(items, r)
		case TotalGroup:
			b.sum(CheckSubheadGroup, b.some(items, r), r, cols)
			items, groups = nil, append(groups, r)
		case TotalAccount:
			b.sum(CheckSubheadGroup, items, nil, cols)
			groups = append(groups, items...)
			b.sum(CheckSubheadAccount, b.some(groups, r), r, cols)
			items, groups, accounts = nil, nil, append(accounts, r)
		case TotalHead:
			if len(groups) > 0 && groups[0].group != "" {
				b.sum(CheckSubheadAccount, groups, nil, cols)
			}
			accounts = append(append(accounts, groups...), items...)
			b.sum(CheckSubheadTotal, accounts, r, cols)
			return r
		}
	}
	b.sum(CheckSubheadTotal, append(append(accounts, groups...), items...), nil, cols)
	return nil
}

// some gives the rows, or one that is absent: a total of nothing has lost them.
func (b *book) some(rows []*entry, total *entry) []*entry {
	if len(rows) == 0 && b.whole {
		return []*entry{b.absent(total)}
	}
	return rows
}

func (b *book) demandCommitments() {
	rows := b.rows(TableCommitments)
	cols := columnNames(expectedColumns(TableCommitments, b.year))
	for _, r := range rows {
		b.require(identity{CheckCommitmentBalance, r.row, roleBalance, []term{
			{key: cellKey{r.order, cols[0]}},
			{cellKey{r.order, cols[1]}, true},
			{cellKey{r.order, cols[2]}, true},
			{key: cellKey{r.order, cols[3]}},
		}})
	}
	var open, all []*entry
	for _, r := range rows {
		switch r.total {
		case "":
			open, all = append(open, r), append(all, r)
		case TotalHead:
			b.sum(CheckCommitmentsTotal, b.some(all, r), r, cols)
		default:
			b.sum(CheckCommitmentsTotal, open, r, cols)
			open = nil
		}
	}
	if len(all) > 1 && rows[len(rows)-1].total != TotalHead {
		b.sum(CheckCommitmentsTotal, all, nil, cols)
	}
}

func (b *book) rows(table string) []*entry {
	var out []*entry
	for _, e := range b.entries {
		if e.table == table {
			out = append(out, e)
		}
	}
	return out
}

// splitTotal parts the items of a table from its total, the last one.
func splitTotal(rows []*entry) (items []*entry, total *entry) {
	for _, r := range rows {
		if r.total == TotalHead {
			total = r
		} else if r.total == "" {
			items = append(items, r)
		}
	}
	return items, total
}

// byCode finds the row of a number; the only row of a list without numbers
// answers to every number.
func byCode(rows []*entry, code string) *entry {
	for _, r := range rows {
		if r.code == code && r.total == "" {
			return r
		}
	}
	if code == "" && len(rows) == 1 {
		return rows[0]
	}
	return nil
}

func firstOf(a, b []*entry) []*entry {
	if len(a) > 0 {
		return a
	}
	return b
}

// firstEntry: a table of one row needs no total.
func firstEntry(total *entry, items []*entry) *entry {
	if total == nil && len(items) == 1 {
		return items[0]
	}
	return total
}

func columnNames(cols []column) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.name()
	}
	return out
}

// demandProse: an amount that the text names is the one of its table, and a
// change is the difference of two columns.
func (b *book) demandProse(facts []*Fact) {
	for _, f := range facts {
		if f.Value == nil || f.Table != TableProse && f.Table != TableFront || f.Column == "" {
			continue
		}
		for _, row := range b.spokenOf(f) {
			b.demandSaid(facts, f, row)
		}
	}
}

// demandSaid holds one figure of the text to one row of a table.
func (b *book) demandSaid(facts []*Fact, f *Fact, row *entry) {
	own := term{key: cellKey{f.Order, f.Column}}
	switch {
	case f.Table == TableFront && f.Row == frontEstimate:
		b.require(identity{CheckFrontEstimate, f.Row, f.Column, []term{{key: cellKey{row.order, f.Column}}, own}})
		if said := amountSaid(facts, &Fact{Row: subjectTotal}, f.Column); said != nil {
			b.require(identity{CheckFrontEstimate, f.Row, f.Column, []term{{key: cellKey{said.Order, f.Column}}, own}})
		}
	case f.Table == TableFront && f.Row == frontBalance:
		b.require(identity{CheckFrontBalance, f.Row, f.Column, []term{{key: cellKey{row.order, f.Column}}, own}})
	case f.Table == TableFront:
	case f.Kind == KindAmount:
		b.require(identity{CheckProseAmount, f.Row, f.Column, []term{{key: cellKey{row.order, f.Column}}, own}})
		b.demandAgain(f, own)
	case f.Kind == KindChange:
		to, from, ok := cutChange(f.Column)
		if !ok {
			return
		}
		b.require(identity{changeCheck(f), f.Row, f.Column, []term{
			{key: cellKey{row.order, to}}, {cellKey{row.order, from}, true}, own,
		}})
		if said := amountSaid(facts, f, to); said != nil {
			b.require(identity{CheckProseChange, f.Row, f.Column, []term{
				{key: cellKey{said.Order, to}}, {cellKey{row.order, from}, true}, own,
			}})
		}
	}
}

// demandAgain: the same amount stands in other tables too, which matters when
// the subheads have lost it: 000 is the total of the expenses, and the whole
// is the sum of the programmes.
func (b *book) demandAgain(f *Fact, own term) {
	switch {
	case f.Code == "000":
		items, total := splitTotal(b.rows(TableExpenses))
		if e := firstEntry(total, items); e != nil {
			b.require(identity{CheckProseAmount, f.Row, f.Column, []term{{key: cellKey{e.order, f.Column}}, own}})
		}
	case f.Row == subjectTotal:
		items, _ := splitTotal(b.rows(TableAnalysis))
		var terms []term
		for _, e := range firstOf(items, b.rows(TableProvision)) {
			terms = append(terms, term{key: cellKey{e.order, f.Column}})
		}
		b.require(identity{CheckProvisionSubheads, f.Row, f.Column, append(terms, own)})
	}
}

// amountSaid is the amount that the text names for the same thing.
func amountSaid(facts []*Fact, like *Fact, column string) *Fact {
	for _, f := range facts {
		if f.Kind == KindAmount && f.Table == TableProse && f.Row == like.Row && f.Code == like.Code && f.Column == column && f.Value != nil {
			return f
		}
	}
	return nil
}

func changeCheck(f *Fact) string {
	if f.Group == "programme" {
		return CheckReasonChange
	}
	return CheckProseChange
}

// spokenOf finds the rows of tables that a figure in prose speaks about: a
// programme stands in two tables.
func (b *book) spokenOf(f *Fact) []*entry {
	var out []*entry
	add := func(e *entry) {
		if e != nil {
			out = append(out, e)
		}
	}
	switch {
	case f.Table == TableFront && f.Row == frontBalance:
		_, t := splitTotal(b.rows(TableCommitments))
		add(t)
	case f.Table == TableFront && f.Row == frontEstimate:
		add(b.headTotal())
	case f.Group == "programme":
		add(byProgramme(b.programmes, f.Code))
		add(byCode(b.rows(TableAnalysis), f.Code))
	case f.Group != TableSubheads:
	case f.Row == subjectTotal:
		add(b.headTotal())
	default:
		rows := b.rows(TableSubheads)
		e := byCode(rows, f.Code)
		if e == nil && b.whole && len(rows) > 0 {
			e = b.absent(&entry{row: f.Row})
		}
		add(e)
	}
	return out
}

// byProgramme finds the row that stands for a programme, which may be a total.
func byProgramme(rows []*entry, code string) *entry {
	for _, r := range rows {
		if r.code == code {
			return r
		}
	}
	return nil
}

// headTotal is the total of the subheads, else of the programmes.
func (b *book) headTotal() *entry {
	if _, t := splitTotal(b.rows(TableSubheads)); t != nil {
		return t
	}
	items, t := splitTotal(b.rows(TableAnalysis))
	return firstEntry(t, items)
}

// cutChange splits "2025-26 estimate on 2024-25 revised".
func cutChange(col string) (to, from string, ok bool) {
	for i := 0; i+4 < len(col); i++ {
		if col[i:i+4] == " on " {
			return col[:i], col[i+4:], true
		}
	}
	return "", "", false
}

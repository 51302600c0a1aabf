package performance

import (
	"praya/kernel/money"
	"praya/platform/db"
)

const (
	sqlDropProvisions = `delete from performance_provisions where realm = $1 and head = $2 and year = $3`

	sqlInsertProvision = `insert into performance_provisions (realm, head, year, programme, about, role, value, line, moved)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (realm, head, year, programme, about, role) do nothing`

	sqlProvisions = `select head, year, programme, about, role, value, line, moved from performance_provisions
		where realm = $1 and head = $2 order by year, programme, about, role`
)

func provisions(tx *db.Tx, head string) ([]Provision, error) {
	return db.List(tx, func(s db.Scanner) (p Provision, err error) {
		var value string
		if err = s.Scan(&p.Head, &p.Year, &p.Programme, &p.About, &p.Role, &value, &p.Line, &p.Moved); err != nil {
			return p, err
		}
		p.Value, err = money.Parse(value)
		return p, err
	}, sqlProvisions, tx.Realm(), head)
}

// setProvisions replaces what a paper prints.
func setProvisions(tx *db.Tx, head, year string, all []Provision) error {
	if _, err := tx.Exec(sqlDropProvisions, tx.Realm(), head, year); err != nil {
		return err
	}
	for _, p := range all {
		_, err := tx.Exec(sqlInsertProvision, tx.Realm(), p.Head, p.Year, p.Programme, p.About, p.Role, p.Value.String(), p.Line, p.Moved)
		if err != nil {
			return err
		}
	}
	return nil
}

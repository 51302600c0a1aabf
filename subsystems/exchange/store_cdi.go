package exchange

import "praya/platform/db"

const (
	sqlAddCDI = `insert into exchange_cdi_consents (realm, cdi_id, consent, consumer, at) values ($1, $2, $3, $4, $5) on conflict (realm, cdi_id) do nothing`

	sqlCDI = `select consent, consumer from exchange_cdi_consents where realm = $1 and cdi_id = $2`

	sqlCDIOf = `select cdi_id from exchange_cdi_consents where realm = $1 and consent = $2 order by cdi_id`
)

func addCDI(tx *db.Tx, cdiID string, c ConsentID, consumer string) error {
	_, err := tx.Exec(sqlAddCDI, tx.Realm(), cdiID, c, consumer, tx.Now())
	return err
}

func findCDI(tx *db.Tx, cdiID string) (c ConsentID, consumer string, err error) {
	return c, consumer, tx.Row(sqlCDI, tx.Realm(), cdiID).Scan(&c, &consumer)
}

func cdiIDsOf(tx *db.Tx, c ConsentID) ([]string, error) {
	return db.List(tx, func(s db.Scanner) (id string, err error) { return id, s.Scan(&id) }, sqlCDIOf, tx.Realm(), c)
}

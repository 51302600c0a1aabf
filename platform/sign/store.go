package sign

const (
	sqlRing   = `select sealed, version from sign_ring where id = 1`
	sqlInsert = `insert into sign_ring (id, sealed, version) values (1, $1, 1)`
	sqlUpdate = `update sign_ring set sealed = $1, version = version + 1 where id = 1 and version = $2`
)

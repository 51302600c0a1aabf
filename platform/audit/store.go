package audit

const (
	sqlBegin  = `insert into audit_heads (realm, number, hash) values ($1, 0, '') on conflict (realm) do nothing`
	sqlHead   = `select number, hash from audit_heads where realm = $1`
	sqlMove   = `update audit_heads set number = $2, hash = $3 where realm = $1 and number = $2 - 1`
	sqlInsert = `insert into audit_trail (realm, number, at, actor, actor_id, act, object, outcome, request, detail, hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	sqlList   = `select number, at, actor, actor_id, act, object, outcome, request, detail, hash from audit_trail where realm = $1 and number < $2 order by number desc limit $3`
	sqlWalk   = `select number, at, actor, actor_id, act, object, outcome, request, detail, hash from audit_trail where realm = $1 and number > $2 order by number limit 1000`
)

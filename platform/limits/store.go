package limits

const (
	sqlAcquire = `insert into limits_leases (realm, name, holder, until) values ($1, $2, $3, $4)
	on conflict (realm, name) do update set holder = excluded.holder, until = excluded.until where limits_leases.until < $5`
	sqlRenew   = `update limits_leases set until = $4 where realm = $1 and name = $2 and holder = $3 and until >= $5`
	sqlRelease = `delete from limits_leases where realm = $1 and name = $2 and holder = $3`

	// A bucket is kept as the time at which it will be full (the generic cell rate
	// algorithm): taking one moves that time by its cost. It is refused when it would
	// lie further ahead than the burst. In microseconds: $3 now and the cost, $4 now,
	// $5 the cost, $6 now and the burst.
	sqlTake = `insert into limits_buckets (realm, key, full_at) values ($1, $2, $3)
	on conflict (realm, key) do update set full_at = case when limits_buckets.full_at > $4 then limits_buckets.full_at else $4 end + $5
	where case when limits_buckets.full_at > $4 then limits_buckets.full_at else $4 end + $5 <= $6`
	sqlFullAt = `select full_at from limits_buckets where realm = $1 and key = $2`
	sqlSweep  = `delete from limits_buckets where full_at < $1`
	sqlExpire = `delete from limits_leases where until < $1`
)

package directory

import (
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	officerColumns = `id, name_zh, name_en, email, account, left_day, version`

	sqlOfficer = `select ` + officerColumns + ` from directory_officers where realm = $1 and id = $2`

	sqlOfficerByEmail = `select ` + officerColumns + ` from directory_officers where realm = $1 and email_index = $2`

	sqlOfficerByAccount = `select ` + officerColumns + ` from directory_officers where realm = $1 and account = $2 and account <> ''`

	sqlOfficersPage = `select ` + officerColumns + ` from directory_officers o where o.realm = $1 and o.id in (
		select a.officer from directory_posts p join directory_appointments a on a.realm = p.realm and a.post = p.id
		where p.realm = $1 and p.department = $2 and ($3 = '' or a.to_day = '' or a.to_day >= $3))
		order by o.id limit $4 offset $5`

	sqlOfficersCount = `select count(*) from directory_officers o where o.realm = $1 and o.id in (
		select a.officer from directory_posts p join directory_appointments a on a.realm = p.realm and a.post = p.id
		where p.realm = $1 and p.department = $2 and ($3 = '' or a.to_day = '' or a.to_day >= $3))`

	sqlInsertOfficer = `insert into directory_officers (realm, id, name_zh, name_en, email, email_index, account, left_day, busy, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 1)`

	sqlUpdateOfficer = `update directory_officers set name_zh = $4, name_en = $5, email = $6, email_index = $7, account = $8,
		left_day = $9, version = version + 1 where realm = $1 and id = $2 and version = $3`

	sqlTouchOfficer = `update directory_officers set busy = busy + 1 where realm = $1 and id = $2`

	appointmentColumns = `a.id, a.officer, a.post, p.department, a.acting, a.from_day, a.to_day, a.version`

	appointmentTables = ` from directory_appointments a join directory_posts p on p.realm = a.realm and p.id = a.post `

	sqlAppointment = `select ` + appointmentColumns + appointmentTables + `where a.realm = $1 and a.id = $2`

	sqlAppointmentsOfOfficer = `select ` + appointmentColumns + appointmentTables +
		`where a.realm = $1 and a.officer = $2 order by a.from_day, a.id`

	sqlAppointmentsOfPost = `select ` + appointmentColumns + appointmentTables +
		`where a.realm = $1 and a.post = $2 order by a.from_day, a.id`

	sqlAppointmentsOfDepartment = `select ` + appointmentColumns + appointmentTables +
		`where a.realm = $1 and p.department = $2 order by a.officer, a.from_day, a.id`

	sqlInsertAppointment = `insert into directory_appointments (realm, id, officer, post, acting, from_day, to_day, version)
		values ($1, $2, $3, $4, $5, $6, $7, 1)`

	sqlUpdateAppointment = `update directory_appointments set from_day = $4, to_day = $5, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlDeleteAppointment = `delete from directory_appointments where realm = $1 and id = $2 and version = $3`

	grantColumns = `id, officer, department, name, from_day, to_day, version`

	sqlGrant = `select ` + grantColumns + ` from directory_grants where realm = $1 and id = $2`

	sqlGrantsOfOfficer = `select ` + grantColumns + ` from directory_grants where realm = $1 and officer = $2 order by from_day, id`

	sqlGrantsOfDepartment = `select ` + grantColumns + ` from directory_grants where realm = $1 and department = $2 order by id`

	sqlInsertGrant = `insert into directory_grants (realm, id, officer, department, name, from_day, to_day, version)
		values ($1, $2, $3, $4, $5, $6, $7, 1)`

	sqlUpdateGrant = `update directory_grants set from_day = $4, to_day = $5, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlDeleteGrant = `delete from directory_grants where realm = $1 and id = $2 and version = $3`

	// What an account's duties are made of, in one statement: it is asked at every request of
	// an officer. An appointment's role, and a grant's id and post, are empty. That an account
	// is not empty is said, or SQLite would not take the index of those that are there.
	sqlServing = `select o.id, a.id, a.post, p.department, a.acting, a.from_day, a.to_day, ''
		from directory_officers o
		join directory_appointments a on a.realm = o.realm and a.officer = o.id
		join directory_posts p on p.realm = a.realm and p.id = a.post
		where o.realm = $1 and o.account = $2 and o.account <> '' and (o.left_day = '' or o.left_day >= $3)
		and a.from_day <= $3 and (a.to_day = '' or a.to_day >= $3)
		union all
		select o.id, '', '', g.department, false, g.from_day, g.to_day, g.name
		from directory_officers o
		join directory_grants g on g.realm = o.realm and g.officer = o.id
		where o.realm = $1 and o.account = $2 and o.account <> '' and (o.left_day = '' or o.left_day >= $3)
		and g.from_day <= $3 and (g.to_day = '' or g.to_day >= $3)`
)

// sealed is an officer as the store keeps it.
type sealed struct {
	Officer
	nameZH, nameEN, email []byte
}

func scanOfficer(s db.Scanner) (o sealed, err error) {
	return o, s.Scan(&o.ID, &o.nameZH, &o.nameEN, &o.email, &o.Account, &o.Left, &o.Version)
}

func placeOf(tx *db.Tx, column string, id OfficerID) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: "directory_officers", Column: column, ID: string(id)}
}

// open decrypts what is personal of an officer.
func (s *Service) open(tx *db.Tx, o sealed, err error) (Officer, error) {
	if err != nil {
		return Officer{}, err
	}
	for column, field := range map[string]struct {
		from []byte
		to   *string
	}{"name_zh": {o.nameZH, &o.Name.Chinese}, "name_en": {o.nameEN, &o.Name.English}, "email": {o.email, &o.Email}} {
		plain, err := s.Keys.Decrypt(placeOf(tx, column, o.ID), field.from)
		if err != nil {
			return Officer{}, err
		}
		*field.to = string(plain)
	}
	return o.Officer, nil
}

func (s *Service) officerByID(tx *db.Tx, id OfficerID) (Officer, error) {
	o, err := scanOfficer(tx.Row(sqlOfficer, tx.Realm(), string(id)))
	return s.open(tx, o, err)
}

func (s *Service) emailIndex(tx *db.Tx, email string) ([]byte, error) {
	return s.Keys.BlindIndex(tx.Realm(), "directory_officers", "email", email)
}

func (s *Service) officerByEmail(tx *db.Tx, email string) (Officer, error) {
	index, err := s.emailIndex(tx, email)
	if err != nil {
		return Officer{}, err
	}
	o, err := scanOfficer(tx.Row(sqlOfficerByEmail, tx.Realm(), index))
	return s.open(tx, o, err)
}

func (s *Service) officerByAccount(tx *db.Tx, account string) (Officer, error) {
	o, err := scanOfficer(tx.Row(sqlOfficerByAccount, tx.Realm(), account))
	return s.open(tx, o, err)
}

// officersPage gives officers who serve in a department on a day or later; a zero day gives
// those of old too.
func (s *Service) officersPage(tx *db.Tx, code string, day when.Day, limit, offset int) (out []Officer, total int, err error) {
	if err = tx.Row(sqlOfficersCount, tx.Realm(), code, day).Scan(&total); err != nil {
		return nil, 0, err
	}
	all, err := db.List(tx, scanOfficer, sqlOfficersPage, tx.Realm(), code, day, limit, offset)
	if err != nil {
		return nil, 0, err
	}
	for _, o := range all {
		opened, err := s.open(tx, o, nil)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, opened)
	}
	return out, total, nil
}

func (s *Service) writeOfficer(tx *db.Tx, o Officer) error {
	index, err := s.emailIndex(tx, o.Email)
	if err != nil {
		return err
	}
	var sealed [3][]byte
	for i, field := range [3][2]string{{"name_zh", o.Name.Chinese}, {"name_en", o.Name.English}, {"email", o.Email}} {
		if sealed[i], err = s.Keys.Encrypt(placeOf(tx, field[0], o.ID), []byte(field[1])); err != nil {
			return err
		}
	}
	if o.Version == 0 {
		_, err = tx.Exec(sqlInsertOfficer, tx.Realm(), string(o.ID), sealed[0], sealed[1], sealed[2], index, o.Account, o.Left)
		return err
	}
	return tx.Change(sqlUpdateOfficer, tx.Realm(), string(o.ID), o.Version, sealed[0], sealed[1], sealed[2], index, o.Account, o.Left)
}

func touchOfficer(tx *db.Tx, id OfficerID) error {
	_, err := tx.Exec(sqlTouchOfficer, tx.Realm(), string(id))
	return err
}

func scanAppointment(s db.Scanner) (a Appointment, err error) {
	return a, s.Scan(&a.ID, &a.Officer, &a.Post, &a.Department, &a.Acting, &a.From, &a.To, &a.Version)
}

func appointmentByID(tx *db.Tx, id AppointmentID) (Appointment, error) {
	return scanAppointment(tx.Row(sqlAppointment, tx.Realm(), string(id)))
}

func appointmentsOfOfficer(tx *db.Tx, id OfficerID) ([]Appointment, error) {
	return db.List(tx, scanAppointment, sqlAppointmentsOfOfficer, tx.Realm(), string(id))
}

func appointmentsOfPost(tx *db.Tx, id PostID) ([]Appointment, error) {
	return db.List(tx, scanAppointment, sqlAppointmentsOfPost, tx.Realm(), string(id))
}

func appointmentsOfDepartment(tx *db.Tx, code string) ([]Appointment, error) {
	return db.List(tx, scanAppointment, sqlAppointmentsOfDepartment, tx.Realm(), code)
}

func writeAppointment(tx *db.Tx, a Appointment) error {
	if a.Version == 0 {
		_, err := tx.Exec(sqlInsertAppointment, tx.Realm(), string(a.ID), string(a.Officer), string(a.Post), a.Acting, a.From, a.To)
		return err
	}
	return tx.Change(sqlUpdateAppointment, tx.Realm(), string(a.ID), a.Version, a.From, a.To)
}

func deleteAppointment(tx *db.Tx, a Appointment) error {
	return tx.Change(sqlDeleteAppointment, tx.Realm(), string(a.ID), a.Version)
}

func scanGrant(s db.Scanner) (g Grant, err error) {
	return g, s.Scan(&g.ID, &g.Officer, &g.Department, &g.Role, &g.From, &g.To, &g.Version)
}

func grantByID(tx *db.Tx, id GrantID) (Grant, error) {
	return scanGrant(tx.Row(sqlGrant, tx.Realm(), string(id)))
}

func grantsOfOfficer(tx *db.Tx, id OfficerID) ([]Grant, error) {
	return db.List(tx, scanGrant, sqlGrantsOfOfficer, tx.Realm(), string(id))
}

func grantsOfDepartment(tx *db.Tx, code string) ([]Grant, error) {
	return db.List(tx, scanGrant, sqlGrantsOfDepartment, tx.Realm(), code)
}

func writeGrant(tx *db.Tx, g Grant) error {
	if g.Version == 0 {
		_, err := tx.Exec(sqlInsertGrant, tx.Realm(), string(g.ID), string(g.Officer), g.Department, g.Role, g.From, g.To)
		return err
	}
	return tx.Change(sqlUpdateGrant, tx.Realm(), string(g.ID), g.Version, g.From, g.To)
}

func deleteGrant(tx *db.Tx, g Grant) error {
	return tx.Change(sqlDeleteGrant, tx.Realm(), string(g.ID), g.Version)
}

// servingOf reads what an account's duties on a day are made of.
func servingOf(tx *db.Tx, account string, day when.Day) (out serving, err error) {
	rows, err := tx.Query(sqlServing, tx.Realm(), account, day)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	for rows.Next() {
		var a Appointment
		var role string
		if err := rows.Scan(&out.officer, &a.ID, &a.Post, &a.Department, &a.Acting, &a.From, &a.To, &role); err != nil {
			return out, err
		}
		if role == "" {
			out.appointments = append(out.appointments, a)
		} else {
			out.grants = append(out.grants, Grant{Department: a.Department, Role: role, Period: a.Period})
		}
	}
	return out, rows.Err()
}

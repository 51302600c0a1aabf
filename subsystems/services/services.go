package services

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"strconv"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/files"
	"praya/platform/search"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/fees"
	"praya/subsystems/services/forms"
	"praya/subsystems/services/licences"
	"praya/subsystems/services/line"
	"praya/subsystems/services/process"
	"praya/subsystems/services/rule"
)

// Service has the use cases. Its fields are given by app/wire.go.
type Service struct {
	DB          *db.DB
	Keys        *sign.Ring
	Files       *files.Store
	Index       *search.Index
	Policy      *access.Policy
	Words       *words.Book
	Clock       when.Clock
	Log         *slog.Logger
	People      People
	Exchange    Exchange // nil: nothing is fetched from other departments
	Departments Departments
	Staff       Staff
	Elsewhere   func(v *web.View, text string) []web.Task // where else to look for words; nil: nowhere
	Scanner     forms.Scanner                             // nil: uploads are not scanned, and the desk says so

	Process  *process.Service
	Licences *licences.Service
	Booking  *booking.Service
	Fees     *fees.Service
	Line     *line.Service

	versions versions
	facts    *rule.Language
}

// The roles of this part; the app declares them to the directory. Processes may name them.
const (
	HandlerRole   = "services-handler"   // checks applications
	InspectorRole = "services-inspector" // visits
	ApproverRole  = "services-approver"  // decides
	EditorRole    = "services-editor"    // keeps the department's services
	CounterRole   = "services-counter"   // acts for people at a counter
)

// applicantRole is whom a process asks when it asks the applicant.
const applicantRole = "applicant"

func contentPlace(tx *db.Tx, id ApplicationID) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: "services_applications", Column: "content", ID: string(id)}
}

// historyPlace is bound to what kind of entry it is and who may read it: an officers' note put in
// a message's row does not open.
func historyPlace(tx *db.Tx, id ApplicationID, kind HistoryKind, internal bool) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: "services_history", Column: "sealed", ID: string(id) + " " + string(kind) + " " + strconv.FormatBool(internal)}
}

func filePlace(realm who.Realm, id ApplicationID, file, column string) sign.Place {
	return sign.Place{Realm: realm, Table: "services_files", Column: column, ID: string(id) + " " + file}
}

// seal writes a value for its place.
func (s *Service) seal(at sign.Place, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.Keys.Encrypt(at, raw)
}

func (s *Service) open(_ *db.Tx, at sign.Place, sealed []byte, v any) error {
	plain, err := s.Keys.Decrypt(at, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, v)
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

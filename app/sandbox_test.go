package app

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"praya/platform/web/browsertest"

	"praya/subsystems/services"
)

// TestSandboxHasDepartments: a developer chooses a department of the sandbox's own directory, and
// a person is told that it answers for the service. One that does not exist is refused, and
// production has not heard of any of it.
func TestSandboxHasDepartments(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base := demonstration(t)
	x := &outsider{t: t, base: base + "/sandbox"}
	list := func(address string) (codes []string) {
		response, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		rows, err := csv.NewReader(response.Body).ReadAll()
		if err != nil || len(rows) < 90 {
			t.Fatalf("%s: %d rows, %v", address, len(rows), err)
		}
		rows[0][0] = strings.TrimPrefix(rows[0][0], "\ufeff") // by which spreadsheets know UTF-8
		column := slices.Index(rows[0], "code")
		if column < 0 {
			t.Fatalf("%s has the columns %v", address, rows[0])
		}
		for _, r := range rows[1:] {
			codes = append(codes, r[column])
		}
		return codes
	}
	codes := list(base + "/sandbox/api/directory/departments.csv")
	invented := func(code string) bool { return code == services.DemoDepartment } // the demonstration's, in production
	if !slices.Contains(codes, "FEHD") || !slices.Equal(codes, slices.DeleteFunc(list(base+"/api/directory/departments.csv"), invented)) {
		t.Errorf("the sandbox's departments are %v", codes)
	}
	register := func(department string) (int, map[string]any) {
		metadata, err := json.Marshal(map[string]any{
			"client_name": "小販牌照試用", "redirect_uris": []string{"https://hawker.example/cb"}, "token_endpoint_auth_method": "client_secret_basic",
			"praya_profile": "plain", "scope": "openid", "grant_types": []string{"authorization_code"}, "praya_department": department,
		})
		if err != nil {
			t.Fatal(err)
		}
		r, out := x.do(http.MethodPost, x.base+"/register", "application/json", "", string(metadata))
		return r.StatusCode, out
	}
	for _, unknown := range []string{"NONE", "fehd", "FEHD ", strings.Repeat("F", 500)} {
		status, out := register(unknown)
		if text, _ := out["error_description"].(string); status != http.StatusBadRequest || out["error"] != "invalid_client_metadata" || !strings.Contains(text, "departments.csv") {
			t.Errorf("%.20q: %d %v", unknown, status, out)
		}
	}
	status, out := register("FEHD")
	if status != http.StatusCreated || out["praya_department"] != "FEHD" {
		t.Fatalf("%d %v", status, out)
	}
	client, _ := out["client_id"].(string)

	tab := browser.Tab(t)
	tab.Look(browsertest.Look{Width: 360})
	r := resident{tab, t, base}
	challenge := sha256.Sum256([]byte(strings.Repeat("abc", 15)))
	r.Open(base + "/tc/sandbox/sign-in")
	r.Press("以批准的身份繼續")
	r.Open(x.base + "/authorize?" + url.Values{
		"client_id": {client}, "response_type": {"code"}, "redirect_uri": {"https://hawker.example/cb"}, "scope": {"openid"}, "state": {"s"}, "nonce": {"n"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"}, "ui_locales": {"zh-Hant-HK"},
	}.Encode())
	r.sees("登入小販牌照試用", "食物環境衞生署")
	r.Press("English")
	r.sees("Food and Environmental Hygiene Department")
	r.Press("简体")
	r.sees("食物环境卫生署")
}

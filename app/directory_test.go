package app

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// clerk is the operator at the operator's listener, as a program that holds the token.
type clerk struct {
	*testing.T
	served
	page, to string
}

func (c *clerk) send(method, path string, status int, form url.Values) {
	c.Helper()
	request, err := http.NewRequest(method, c.operator+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		c.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.Fatal(err)
	}
	c.page, c.to = string(body), response.Header.Get("Location")
	if response.StatusCode != status {
		c.Fatalf("%s %s answers %d, want %d: %.2000s", method, path, response.StatusCode, status, body)
	}
}

// fill opens a form, fills it in and follows to where it leads.
func (c *clerk) fill(path string, pairs ...string) {
	c.Helper()
	c.send(http.MethodGet, path, http.StatusOK, nil)
	form := url.Values{"_once": {regexp.MustCompile(`name="_once" value="([^"]+)"`).FindStringSubmatch(c.page)[1]}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	c.send(http.MethodPost, path, http.StatusSeeOther, form)
	to := c.to
	c.send(http.MethodGet, to, http.StatusOK, nil)
	c.to = to
}

// TestTheFirstStaffManager: whoever runs the program appoints a department's first staff
// manager at the operator's door, and the trail tells of it without a name.
func TestTheFirstStaffManager(t *testing.T) {
	c := &clerk{T: t, served: serveBoth(t)}
	c.send(http.MethodGet, "/en/directory/staff", http.StatusOK, nil)
	if !strings.Contains(c.page, "DPO Digital Policy Office (DPO)") {
		t.Fatalf("no department to choose: %.2000s", c.page)
	}
	c.fill("/en/directory/staff/posts/new?department=DPO", "tc", "行政主任", "en", "Executive Officer", "sc", "行政主任",
		"listed", "yes", "from-year", "2025", "from-month", "1", "from-day", "1")
	post := regexp.MustCompile(`/en/directory/staff/posts/[0-9a-f-]{36}/appoint`).FindString(c.page)
	c.fill(post, "email", "lam.sample@dpo.gov.hk", "name_zh", "林樣本", "name_en", "LAM Sample", "from-year", "2025", "from-month", "1", "from-day", "1")
	officer := c.to
	c.fill(officer+"/grant", "role", "staff-manager", "department", "DPO", "from-year", "2025", "from-month", "1", "from-day", "1")
	if !strings.Contains(c.page, "Staff manager") || !strings.Contains(c.page, "LAM Sample") {
		t.Errorf("the officer's page: %.3000s", c.page)
	}
	c.send(http.MethodGet, "/en/audit", http.StatusOK, nil)
	for _, act := range []string{"directory.post.put", "directory.officer.put", "directory.appointment.put", "directory.role.grant"} {
		if !strings.Contains(c.page, act) {
			t.Errorf("the trail does not tell of %s", act)
		}
	}
	for _, private := range []string{"LAM", "林樣本", "lam.sample"} {
		if strings.Contains(c.page, private) || strings.Contains(c.log.String(), private) {
			t.Errorf("the trail or the log tells %q", private)
		}
	}
}

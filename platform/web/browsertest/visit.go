package browsertest

import (
	"context"
	"strconv"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// Authenticator gives the tab a device that makes and uses passkeys, and whose owner always
// lets it (a virtual authenticator of the browser itself). It returns the device's id.
func (tab *Tab) Authenticator() webauthn.AuthenticatorID {
	tab.t.Helper()
	var device webauthn.AuthenticatorID
	tab.Do(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		device, err = webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}).Do(ctx)
		return err
	}))
	return device
}

// Lose takes a device away, with its passkeys.
func (tab *Tab) Lose(device webauthn.AuthenticatorID) {
	tab.t.Helper()
	tab.Do(webauthn.RemoveVirtualAuthenticator(device))
}

// Fill types into the fields of these names; pairs of a name and what is typed. A choice
// is made by typing its value.
func (tab *Tab) Fill(pairs ...string) {
	tab.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		var done bool
		tab.Eval(`(() => {
			const all = [...document.querySelectorAll('main [name="' + `+strconv.Quote(pairs[i])+` + '"]')];
			const value = `+strconv.Quote(pairs[i+1])+`;
			const choice = all.find((e) => (e.type === 'radio' || e.type === 'checkbox') && e.value === value);
			if (choice) { choice.checked = true; return true; }
			const field = all.find((e) => e.type !== 'hidden' && e.type !== 'radio' && e.type !== 'checkbox');
			if (field) field.value = value;
			return !!field;
		})()`, &done)
		if !done {
			tab.t.Fatalf("there is no field %q for %q at %s", pairs[i], pairs[i+1], tab.Address())
		}
	}
}

// pause is how often a press looks for its page.
const pause = 25 * time.Millisecond

// Press clicks the button or link of the page with exactly this text, and waits for the
// page that it leads to.
func (tab *Tab) Press(text string) {
	tab.t.Helper()
	var found bool
	tab.Eval(`(() => {
		const e = [...document.querySelectorAll('button, a')].find((e) => e.innerText.replace(/\s+/g, '') === `+strconv.Quote(text)+`.replace(/\s+/g, ''));
		if (!e) return false;
		window.pressed = true;
		setTimeout(() => e.click(), 0);
		return true;
	})()`, &found)
	if !found {
		tab.t.Fatalf("there is no %q at %s:\n%s", text, tab.Address(), tab.Text())
	}
	for range patience / pause {
		// The page that is being left answers nobody: that is no failure, but the wait.
		var gone bool
		err := chromedp.Run(tab.ctx, chromedp.Evaluate(`!window.pressed && document.readyState === 'complete'`, &gone))
		if err == nil && gone {
			return
		}
		time.Sleep(pause)
	}
	tab.t.Fatalf("%q leads nowhere from %s:\n%s", text, tab.Address(), tab.Text())
}

// Address is where the tab is.
func (tab *Tab) Address() (out string) {
	tab.t.Helper()
	tab.Eval(`location.href`, &out)
	return out
}

// Text is what the page's main part says.
func (tab *Tab) Text() (out string) {
	tab.t.Helper()
	tab.Eval(`(document.querySelector('main') || document.body).innerText`, &out)
	return out
}

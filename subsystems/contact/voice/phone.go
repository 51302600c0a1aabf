package voice

import _ "embed"

//go:embed phone.js
var phoneScript []byte

// PhoneScript is the module that makes a page an agent's telephone. What it
// wants of the page stands at its beginning. It is served as text/javascript
// from the site's own address.
func PhoneScript() []byte { return phoneScript }

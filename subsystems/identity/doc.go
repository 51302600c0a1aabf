// Package identity is one digital identity for a person (智方便): a resident registers once,
// signs in everywhere with a passkey, lets a form fill itself, is told what concerns
// them, and sees who asked what about them.
//
// # Words
//
//   - account (帳戶): what a person has with us; a resident's or an officer's.
//   - level of assurance (身份保證級別): basic (基本), or plus (進階) for what has legal effect.
//   - proofing (身份核實): how we came to believe who somebody is: remote (遙距), at a
//     counter (櫃位), or by invitation (邀請).
//   - verifier (核實者): the port through which a site plugs in document and liveness checks.
//   - passkey (通行密鑰): a key pair on the person's own device (WebAuthn). Passwords do not exist.
//   - ceremony (認證程序): one challenge to a passkey, and its answer.
//   - recovery (恢復使用): how somebody who lost every passkey comes back, after a waiting time.
//   - profile (個人資料): the fields that a form can be filled from, each with its source.
//   - form filling (填表通), release (資料傳送): values that go to a service, once, by consent.
//   - history (使用紀錄): what happened to an account, for its owner.
//   - service (網上服務): what a department or a company offers to people who sign in with us.
//   - approval (批准): a request that the person answers on a phone, for another device.
//   - notice (通知), inbox (訊息): what a service or we ourselves tell a person, with a day
//     by which to act (限期); a reminder (提示) is one that is sent later.
//   - channel (途徑): e-mail or web push, besides the inbox. Quiet hours (靜音時段) hold it back.
//   - particulars (服務詳情): what a service asks for, and what was approved of it.
//   - request log (要求紀錄): the protocol's messages, decoded, for a service's developer.
//   - adoption board (採用情況): which department's services use the identity, and what is late.
//
// # Rules that always hold
//
//   - A row of one realm is unreachable from the other.
//   - Personal data are encrypted, bound to their place, and found by blind index only.
//   - A document number belongs to at most one open account of a realm.
//   - A challenge works once, for five minutes, for one purpose, in one realm.
//   - Nothing goes to a service that the person did not see and agree to.
//   - Every recovery is told on every channel, and can be stopped while it waits.
//   - A service reaches production only by somebody else than who registered or last edited it,
//     and asks for no field that was not approved.
//   - The request log holds no secret, token or personal datum, at most 500 messages of a
//     client, for 7 days (1 in the sandbox); it is a help, not evidence.
//   - Each service knows a person by a name of its own (pairwise subject identifier).
//   - A service tells only whom it was let in by; to it, an unknown person, one who has ended
//     it and one who has closed the account read the same. Ending takes its reminders back.
//   - One key of one service is one notice. A notice is delivered once to an address and once
//     to a browser: what was delivered is a row, and what a crash leaves open carries the same
//     Message-ID, topic and tag, by which the receiver takes the second for the first.
//   - The inbox has everything. Our own messages are not muted, and wait for no quiet hours.
//   - Mail and push say who tells and its title, never the text. Mail goes to an address whose
//     owner has answered from it, and never leaves the sandbox.
//   - A notice is kept for 400 days after it was due to be sent, then forgotten; a withdrawn
//     one says nothing from then on, and its id is kept for 30 days. Closing forgets all.
//
// # Standards
//
// WebAuthn Level 3; OpenID Connect and FAPI 2.0 in internal/oidc; RFC 8176 for amr values.
// Mail: RFC 5321, 5322, 2047, 2369 (List-Unsubscribe), 3834. Web push: RFC 8030, 8188, 8291,
// 8292, W3C Push API. Problems: RFC 9457.
//
// # Threats
//
//   - Phishing: a passkey answers to our own origin only; the two-device journey shows the
//     same code on both devices, and the phone says which service asks.
//   - A stolen database: names, numbers and addresses do not open without the key file.
//   - Somebody at an open screen: what changes the account asks for the passkey again.
//   - Enumeration: no page says whether an account exists to somebody who has not proven it.
//   - Takeover by recovery: told on every channel, waits, can be stopped; codes work once.
//   - A verifier that is fooled: its verdict raises a level only as far as what it checked.
//   - Phishing by notice: a service's name is the one that it was registered with, a link to
//     another site says which, titles hold no control or direction characters.
//   - A stolen mailbox: it can stop a recovery, and nothing else; it reads titles.
//   - Strangers' mailboxes: a code goes to an unconfirmed address, few times an hour for an
//     account and for an address.
//   - Requests to inside by a push endpoint: see oidc.Outside.
//   - A shared browser: who subscribes last has it; the settings say not to.
package identity

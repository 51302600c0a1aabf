// Package fees asks for fees, takes payments through providers, gives money back, and holds each
// day's money against what the providers say (收費).
//
// # Words
//
//   - bill 繳費單: what is asked for, in lines, with a reference that is read aloud.
//   - payment 付款: one attempt to pay a bill through a provider. A bill has at most one open one.
//   - provider 支付服務機構: who takes the money. One simulation ships (模擬付款).
//   - notification 付款通知: what a provider tells us, signed.
//   - refund 退款: money that goes back; one officer proposes it, another approves.
//   - reconciliation 對帳: a day of a department and a provider, row against row.
//   - difference 差異: a row on which the two disagree; an officer settles it.
//
// # Rules that always hold
//
//   - An amount is a whole number of cents, above zero, and the sum of its lines.
//   - A bill is paid once. A second payment of it is no payment but a surplus: a difference that
//     an officer settles.
//   - Paid means that a provider said so under its signature, with this payment and this amount.
//     What the payer's browser says means nothing.
//   - A notification may come twice, late, out of order or never: the first that counts decides, and
//     the payer's return page and the reconciliation ask the provider.
//   - Whoever proposed a refund does not approve it; refunds of a bill never exceed what was paid.
//   - Bill, payment, the case that waits for it and the event change in one transaction.
//   - Nothing here is a person's data but the account: lines name fees. Reasons of officers are
//     sealed.
//
// # Standards
//
// Notifications carry HMAC-SHA-256 (RFC 2104). CSV by RFC 4180. The days are Hong Kong's.
//
// # Threats
//
//   - A forged notification: refused before anything is looked up; compared in constant time.
//   - A provider that lies or errs: another amount, an unknown payment, a paid one that it later
//     denies. Nothing is booked on it; a difference stands on the desk.
//   - A double click, two tabs, two providers at once: one open payment, and what comes beside it
//     is a surplus.
//   - An officer of another department: policy decides by the bill's department.
package fees

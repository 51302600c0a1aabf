// Package voice is the telephone exchange (話音) of the contact centre: it
// answers calls, plays, hears keys, and lets people hear each other. It knows
// calls and sound; cases and queues are others' matter. It has no tables:
// telephones register again after a restart.
//
// # Words
//
//   - call 通話: one end that we speak with: a caller, an agent's telephone or
//     browser, a number that we dialled.
//   - room 通話室: where calls hear each other; two, or a conference.
//   - trunk 中繼線: the line to the telephone network.
//   - telephone 話機: an agent's SIP telephone, which registers with a secret.
//   - prompt 話音提示: what the machine says.
//   - tape 錄音: a recording while it happens; the spool keeps it, sealed.
//   - key 按鍵: what the other end presses.
//
// # Rules that always hold
//
//   - Sound goes to the host that signals, or to a host that the trunk's
//     configuration lists, and comes from there only. Within this host we
//     follow the port of the first packet. All else is dropped and counted.
//   - No sound is sent before the other end has confirmed our answer: a forged
//     address can't confirm.
//   - Requests within a call go where the other end's messages come from, not
//     to an address that it names.
//   - Every call ends: unconfirmed answers after 32 seconds, sound that stays
//     away after a minute, sessions that are not refreshed at their time, and
//     all of them when the server stops.
//   - A number outside is dialled for our own agents only; a caller can make
//     us call nobody.
//   - A slow disk delays no sound, and no call waits for another.
//   - Recordings are sealed before they touch the disk. Numbers and sound
//     stand in no log.
//
// # Standards
//
// SIP: RFC 3261 with 3263 (addresses), 3264 (offers), 3311 (UPDATE), 3323 and
// 3325 (withheld and asserted numbers), 3515 (REFER), 3581 (rport), 4028
// (session timers), 4475 (torture messages), 6026, 8760 (digest by SHA-256).
// Sound: RFC 3550, 3551 (PCMU and PCMA), 4733 (keys), 4961 (symmetric RTP),
// ITU-T G.711; encrypted between a telephone and us by keys in descriptions
// over TLS (RFC 3711, 4568, 8643); browsers: WebRTC (RFC 8825), DTLS-SRTP (RFC 5764), ICE with
// host candidates (RFC 8445).
//
// # Threats
//
//   - Floods: datagrams and new calls are bounded for each source and in all;
//     connections too, and the addresses that the SIP stack remembers. What is
//     over the bound is dropped or told to come back.
//   - Reflection: see the rules about where sound and requests go.
//   - Toll fraud: an agent's name alone is worth nothing; their telephone
//     proves itself. The caller's number proves nothing either.
//   - Overheard dialogues: a request within a call must come from its host.
//   - Guessed secrets: ten wrong ones of one source, then five a minute.
//   - Listening on the wire: browsers are encrypted always, telephones where
//     they signal over TLS and know SRTP. Keys over UDP or TCP are not looked at.
//   - Malformed messages: read in a way that a panic ends with the message.
package voice

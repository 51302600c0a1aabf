// Package observe says what the program does: one log line per request or job,
// metrics for Prometheus, and health.
//
// # Words
//
//   - canonical line (總結記錄): the one line that a request or job leaves in the log,
//     with all that an operator needs to find it again.
//   - route (路徑樣式): the pattern of an address, "GET /tc/estimates/{year}", never the
//     address itself, since ids and queries may say who asked for what.
//   - check (健康檢查): a question that must be answered before the program is ready.
//
// # Rules that always hold
//
//   - Logs hold no names, numbers, addresses or bodies of messages.
//   - A value says for itself how it is logged (slog.LogValuer); a value of an unknown
//     struct type is logged as its type only.
//   - Keys that are known to name personal data or secrets are never written.
//   - Metrics are labelled with closed sets only: patterns, classes, kinds.
//   - There is one registry for each program, made by main, no global one.
//
// # Threats
//
//   - Personal data by way of an error's text: faults keep arguments out of their
//     text; a driver's error may quote a value, so long digits and addresses of mail
//     inside any text are blotted out.
//   - Forged lines: slog's JSON and text handlers quote line breaks.
//   - Labels without end fill the memory: unmatched routes share one label.
package observe

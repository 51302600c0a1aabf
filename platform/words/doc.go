// Package words holds what Praya says to people, in its three languages, and writes
// days, times, amounts and counts as each language does.
//
// # Words
//
//   - catalogue (詞目冊): the texts of one part in one language, a JSON file
//     words/{en,zh-Hant,zh-Hans}.json that the part embeds.
//   - key (詞目): where a text stands, "estimates.head.title"; the part's prefix comes first.
//   - placeholder (佔位): {name} inside a text, filled by the caller.
//   - book (詞書): all catalogues together, made once at start.
//
// # Rules that always hold
//
//   - The three languages have the same keys and the same placeholders.
//   - A key stands in one place only: a duplicate stops the program at start.
//   - A missing key or placeholder is never shown to a person: it panics, and the
//     web's edge turns that into an error page with a reference.
//   - A number is computed once and shown with the same digits in every language.
//   - Counts are grouped by three. Chinese prose counts in 萬 and 億, never 百萬.
//
// # Threats
//
//   - A value that carries mark-up: texts are plain, templates escape them.
//   - A value that carries braces: placeholders are replaced once, values are not
//     read again.
package words

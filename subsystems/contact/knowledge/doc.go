// Package knowledge keeps what the government answers (知識庫), and finds it as people ask.
//
// # Words
//
//   - article 文章: an answer of one department in up to three languages, with an owner 負責人, an officer's
//     account, and a day by which it is reviewed 覆檢
//   - version 版本: what an article said; each that was published is kept for good
//   - draft 草稿: the version that is being written; one at most stands above the published one
//   - everyday words 日常用語: what people call a thing that the article calls otherwise; searched like its title
//   - unanswered 未有答案: words that were asked and found nothing, with how often; nobody's name
//
// # Rules that always hold
//
//   - The public sees published versions only; a withdrawn article is gone for them, and its versions stay.
//   - Where four eyes are asked for, who wrote the draft doesn't publish it.
//   - An editor changes articles of their own department; agents read all of them.
//   - A search looks first for every word; only when nothing has them all, for what has most of the words
//     that matter, and says so. What has less than half of them isn't an answer.
//   - Of a search that found nothing its folded words are counted; what holds a number of four digits or
//     an address of mail isn't kept at all. The list is bounded: the rarest and oldest makes room.
//   - An article drafted from a case carries no numbers and addresses of mail; an editor reads it before
//     anybody else does.
//   - Texts are plain: paragraphs, "- " lists and "## " headings. No HTML goes in, so none comes out.
//
// # Threats
//
//   - Scripts in articles or imports: texts are escaped by the templates, and have three forms only.
//   - Hostile imports: bounds on bytes, files and lengths before anything is read into memory; an import
//     changes drafts only, of the actor's own department.
//   - Flooding of what was asked, and of "did this help": bounded by network, and once for each form.
package knowledge

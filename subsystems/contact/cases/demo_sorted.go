package cases

import (
	"math/rand/v2"
	"strings"
	"time"
	"unicode"

	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/search"
)

// How many cases of earlier years the demonstration invents, so that there is something to learn from,
// and when the newest of them was closed: before all months of the figures.
const (
	inventedCases = 420
	inventedUntil = 14 * 30 * 24 * time.Hour
	inventedEvery = 17 * time.Hour
	inventedFor   = 72 * time.Hour
)

// telling is what invented people tell of one subject in one language: what is the matter, and what
// more they say of it.
type telling struct {
	what, more []string
}

// topic is a subject with how people tell of it.
type topic struct {
	service, department string
	kind                Kind
	en, tc              telling
}

// phrases are what any case may begin and end with.
type phrases struct {
	begin, where, end, urgent []string
}

func english() phrases {
	return phrases{
		begin:  []string{"", "Hello. ", "I live nearby. ", "My mother asked me to call. ", "I pass here every day. ", "As I told somebody last month: "},
		where:  []string{" in Invented Street", " beside the invented market", " outside Block 3 of the invented estate", " at the invented bus terminus", " near Invented Pier", " behind the invented school"},
		end:    []string{"", " Please look into it.", " Please tell me what will be done.", " Thank you.", " I should like a reply."},
		urgent: []string{" Somebody fell and was hurt.", " It is dangerous: children pass here.", " It grows worse by the hour, please come at once."},
	}
}

func chinese() phrases {
	return phrases{
		begin:  []string{"", "你好，", "我住在附近，", "家母叫我致電，", "我每日都經過這裏，", "上月已經說過一次，"},
		where:  []string{"虛構街", "虛構街市旁邊", "虛構邨第三座外", "虛構巴士總站", "虛構碼頭附近", "虛構小學後面"},
		end:    []string{"", "請跟進。", "請告訴我會怎樣處理。", "多謝。", "希望得到回覆。"},
		urgent: []string{"剛才有人跌倒受傷。", "十分危險，常有小朋友經過。", "情況不斷惡化，請立即派人來。"},
	}
}

// topics are the subjects of the demonstration and how people tell of them.
func topics() []topic {
	return []topic{
		{
			"street-light", "HYD", Request,
			telling{[]string{"The street lamp is dark", "A lamp flickers all night", "The light on the lamp post went out", "Three street lights don't come on"}, []string{". It is too dark to walk home", ". The bulb seems broken", ". The lamp post leans as well", ""}},
			telling{[]string{"的街燈不亮", "的燈柱整晚閃爍", "有幾盞街燈壞了", "的路燈熄滅多日"}, []string{"，夜間漆黑一片", "，燈泡似乎燒了", "，燈柱亦傾斜", ""}},
		},
		{
			"road-surface", "HYD", Request,
			telling{[]string{"There is a deep pothole in the road", "The road surface is cracked and uneven", "A slab of the pavement is loose", "The asphalt has sunk"}, []string{". Bicycles swerve around it", ". Cars bump over it", ". It fills with water", ""}},
			telling{[]string{"的路面有個大坑洞", "的馬路凹凸不平", "的行人路地磚鬆脫", "的瀝青路面下陷"}, []string{"，單車要繞道", "，車輛駛過很顛簸", "，下雨便積水", ""}},
		},
		{
			"street-cleaning", "FEHD", Complaint,
			telling{[]string{"Bags of refuse lie on the pavement", "Rats run around the rubbish bins", "The refuse room smells and nobody sweeps", "Shops leave their rubbish in the street"}, []string{". It has been a week", ". Cockroaches come into our flats", ". The cleaners don't come any more", ""}},
			telling{[]string{"的行人路堆滿垃圾", "的垃圾桶旁有很多老鼠", "的垃圾房發臭，無人清掃", "的店舖把垃圾棄在街上"}, []string{"，已經一星期", "，蟑螂走進屋內", "，清潔工人很久沒來", ""}},
		},
		{
			"drains", "DSD", Complaint,
			telling{[]string{"The drain is blocked and overflows", "Sewage comes up through the manhole", "The nullah stinks after rain", "Water floods the road from the drain"}, []string{". The gully is full of leaves", ". Shops are flooded each time", ". The manhole cover lifts", ""}},
			telling{[]string{"的渠口淤塞溢出污水", "的沙井湧出污水", "的明渠雨後發出臭味", "的水渠倒灌，馬路水浸"}, []string{"，渠內滿是樹葉", "，店舖每次都水浸", "，沙井蓋被頂起", ""}},
		},
		{
			"slopes", "LANDSD", Request,
			telling{[]string{"Grass and branches on the slope cover the footpath", "The weeds on the government slope are a metre high", "Creepers grow over the slope's railing", "Bushes on vacant government land hide the road sign"}, []string{". Nobody has cut them this year", ". Mosquitoes breed there", ". One has to walk on the road", ""}},
			telling{[]string{"旁邊斜坡的雜草和樹枝伸出行人路", "的政府斜坡雜草有一米高", "的斜坡爬藤蓋過欄杆", "的空置官地灌木遮擋路牌"}, []string{"，今年無人修剪", "，蚊患嚴重", "，行人要走出馬路", ""}},
		},
		{
			"parks", "LCSD", Suggestion,
			telling{[]string{"The park should have more benches", "The playground's swing is old, and could be changed", "The sports ground could open earlier", "The garden needs a drinking fountain"}, []string{". Elderly people come each morning", ". Children like it there", ". The football pitch as well", ""}},
			telling{[]string{"的公園應該增設座椅", "的遊樂場鞦韆很舊，可以更換", "的運動場可以早些開放", "的花園需要飲水機"}, []string{"，長者每朝都來", "，小朋友很喜歡", "，足球場也一樣", ""}},
		},
		{
			"noise", "EPD", Complaint,
			telling{[]string{"The building site is piling after eleven at night", "A shop plays loud music", "The machines on the roof roar all night", "Drilling begins before seven in the morning"}, []string{". Nobody can sleep", ". The noise goes on for weeks", ". My baby wakes up", ""}},
			telling{[]string{"的地盤晚上11時後仍然打樁", "的店舖播放音樂，十分嘈吵", "的天台冷氣機整晚轟鳴", "的工程清晨7時前便鑽地"}, []string{"，令人無法入睡", "，噪音持續數星期", "，嬰兒經常驚醒", ""}},
		},
		{
			"staff", "", Compliment,
			telling{[]string{"The clerk at the counter was patient and kind", "I want to praise the officer who helped us", "Your colleague on the telephone explained everything", "The staff were friendly and quick"}, []string{". Please thank them", ". My father was very pleased", ". I had not expected that", ""}},
			telling{[]string{"櫃位的職員很有耐性", "的職員熱心幫忙，值得嘉許", "的同事電話中解釋清楚", "的人員友善又快捷"}, []string{"，請代為致謝", "，家父十分高興", "，令人喜出望外", ""}},
		},
		{
			"", "", Enquiry,
			telling{[]string{"When does the counter open on public holidays", "Which form do I need for a hawker licence", "How much is the fee for a copy", "Where can I hand in an application"}, []string{"? The website does not say", "? I must know before Friday", "? And may somebody else come for me", "?"}},
			telling{[]string{"的辦事處公眾假期幾時開放", "小販牌照要用哪份表格", "索取副本的費用是多少", "申請表可以交到哪裏"}, []string{"？網頁沒有說明", "？星期五前要知道", "？可否由別人代辦", "？"}},
		},
	}
}

// invent writes an invented case of an earlier year: sorted by an agent, and closed.
func (t topic) invent(random *rand.Rand, l lang.Lang, urgent bool) New {
	one := func(all []string) string { return all[random.IntN(len(all))] }
	kinds := Kinds()
	n := New{Kind: t.kind, Channel: one([]string{"phone", "phone", "counter", "letter", "web", "mail"}), Language: l, Service: t.service, Urgency: Usual}
	if random.IntN(12) == 0 && t.kind != Enquiry { // people differ in how they sort
		n.Kind = kinds[random.IntN(len(kinds))]
	}
	told, all, stop := t.tc, chinese(), "。"
	if l == lang.EN {
		told, all, stop = t.en, english(), "."
	}
	what, more := one(told.what), one(told.more)
	if l == lang.EN {
		n.Text = one(all.begin) + what + one(all.where) + more
	} else {
		n.Text = one(all.begin) + one(all.where) + what + more
	}
	if !strings.HasSuffix(n.Text, "?") && !strings.HasSuffix(n.Text, "？") {
		n.Text += stop
	}
	if urgent {
		n.Urgency = Urgent
		n.Text += one(all.urgent)
	}
	n.Text += one(all.end)
	n.Title = what
	if l == lang.SC {
		n.Title, n.Text = simplified(n.Title), simplified(n.Text)
	}
	return n
}

// simplified converts character by character, which is enough for words that nobody wrote.
func simplified(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Han, r) {
			return search.FoldRune(r)
		}
		return r
	}, text)
}

// inventEarlier fills the years before the figures with closed cases. They are put as they ended, since
// what happened to them happened to nobody: no clock ran, nothing is counted, and nobody is told.
func (s *Service) inventEarlier(tx *db.Tx, by Demonstration) error {
	//nolint:gosec // the same cases each time
	random := rand.New(rand.NewPCG(1823, inventedCases))
	all := topics()
	var ended []Earlier
	at := tx.Now().Add(-inventedUntil - inventedCases*inventedEvery)
	for i := range inventedCases {
		at = at.Add(inventedEvery)
		t := all[i%len(all)]
		l := []lang.Lang{lang.TC, lang.EN, lang.TC, lang.SC}[random.IntN(4)]
		n := t.invent(random, l, t.kind != Compliment && t.kind != Suggestion && random.IntN(5) == 0)
		n.By = by.Agent
		ended = append(ended, Earlier{New: n, Lead: t.department, State: Closed, Outcome: Resolved, OpenedAt: at, ClosedAt: at.Add(inventedFor)})
	}
	taken, err := s.takeOver(tx, ended)
	for _, c := range taken {
		if err == nil {
			err = s.putIndex(tx, c)
		}
	}
	return err
}

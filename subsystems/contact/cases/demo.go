package cases

import (
	"context"
	"errors"
	"strconv"

	"praya/kernel/lang"
	"praya/platform/db"
)

// Demonstration names the accounts of the invented officers who handle the invented cases.
type Demonstration struct {
	Agent, Colleague, Head, Director string // of the centre
	Officer                          string // of every department
}

// demoCase is an invented case and how far it got.
type demoCase struct {
	New
	acts []string // "refer DEPARTMENT", "accept", "interim", "reply", "refuse DEPARTMENT or -", "answer", "close OUTCOME", "rate N", "same"
}

// DemoCategories are the centre's services of the demonstration; the departments are real, the
// division of work is invented.
func DemoCategories() []Category {
	one := func(code, group, department string, public bool, name, about lang.Text, keywords ...string) Category {
		return Category{Code: code, Group: group, Department: department, Public: public, Active: true, Name: name, About: about, Keywords: keywords}
	}
	light := one("street-light", "Roads", "HYD", true, lang.Text{TC: "街燈", EN: "Street lights", SC: "街灯"},
		lang.Text{TC: "街燈熄滅或損壞", EN: "A street light is dark or broken", SC: "街灯熄灭或损坏"}, "lamp", "light", "街燈")
	light.Attributes = []Attribute{{
		Code: "fault", Type: "singlevaluelist", Text: lang.Text{TC: "有甚麼問題？", EN: "What is wrong?", SC: "有什么问题？"},
		Values: []AttributeChoice{
			{"dark", lang.Text{TC: "不亮", EN: "It is dark", SC: "不亮"}},
			{"flickers", lang.Text{TC: "閃爍", EN: "It flickers", SC: "闪烁"}},
			{"broken", lang.Text{TC: "損壞", EN: "It is broken", SC: "损坏"}},
		},
	}}
	return []Category{
		light,
		one("road-surface", "Roads", "HYD", true, lang.Text{TC: "路面", EN: "Road surface", SC: "路面"}, lang.Text{TC: "坑洞或凹凸不平", EN: "Holes and bumps", SC: "坑洞或凹凸不平"}, "pothole", "坑洞"),
		one("street-cleaning", "Hygiene", "FEHD", true, lang.Text{TC: "街道清潔", EN: "Street cleaning", SC: "街道清洁"}, lang.Text{TC: "垃圾、積水或蟲鼠", EN: "Refuse, standing water or pests", SC: "垃圾、积水或虫鼠"}, "refuse", "垃圾"),
		one("drains", "Hygiene", "DSD", true, lang.Text{TC: "渠道", EN: "Drains", SC: "渠道"}, lang.Text{TC: "淤塞或溢出", EN: "Blocked or overflowing", SC: "淤塞或溢出"}, "drain", "水渠"),
		one("slopes", "Land", "LANDSD", true, lang.Text{TC: "斜坡植物", EN: "Plants on slopes", SC: "斜坡植物"}, lang.Text{TC: "政府土地上的植物", EN: "Plants on government land", SC: "政府土地上的植物"}, "slope", "斜坡"),
		one("parks", "Leisure", "LCSD", true, lang.Text{TC: "公園和遊樂場", EN: "Parks and playgrounds", SC: "公园和游乐场"}, lang.Text{TC: "設施和樹木", EN: "Facilities and trees", SC: "设施和树木"}, "park", "公園"),
		one("noise", "Environment", "EPD", false, lang.Text{TC: "噪音", EN: "Noise", SC: "噪音"}, lang.Text{TC: "工地或店舖的噪音", EN: "Noise of building sites and shops", SC: "工地或店铺的噪音"}, "noise", "噪音"),
		one("staff", "Service", "", false, lang.Text{TC: "人員服務", EN: "Service by staff", SC: "人员服务"}, lang.Text{TC: "嘉許或投訴人員", EN: "Praise or complaints about staff", SC: "嘉许或投诉人员"}, "staff", "職員"),
	}
}

func demoCases() []demoCase {
	person := func(n int) Contact {
		return Contact{Name: "虛構市民" + strconv.Itoa(n), Mail: "demo" + strconv.Itoa(n) + "@example.com", Phone: "9000" + strconv.Itoa(1000+n)}
	}
	tc := func(n int, kind Kind, channel, service, title, text string, w *Where, acts ...string) demoCase {
		return demoCase{New{Kind: kind, Channel: channel, Language: lang.TC, Service: service, Title: title, Text: text, Where: w, Contact: person(n)}, acts}
	}
	en := func(n int, kind Kind, channel, service, title, text string, w *Where, acts ...string) demoCase {
		c := tc(n, kind, channel, service, title, text, w, acts...)
		c.Language, c.Contact.Name = lang.EN, "DEMO Person "+strconv.Itoa(n)
		return c
	}
	at := func(lat, lon float64, address string) *Where {
		return &Where{Lat: lat, Lon: lon, District: DistrictAt(lat, lon), Address: address}
	}
	anonymous := tc(7, Complaint, "web", "noise", "深夜施工", "工地每晚11時後仍然打樁，請不要讓工地知道是我投訴。", at(22.3302, 114.1615, "虛構街工地"), "refer EPD", "accept")
	anonymous.Anonymous = true
	return []demoCase{
		tc(1, Enquiry, "phone", "parks", "球場開放時間", "想知道虛構遊樂場的足球場在公眾假期幾時開放。", nil),
		en(2, Request, "web", "street-light", "Dark lamp", "The lamp outside the invented market has been dark for three nights.", at(22.2812, 114.1583, "Invented Market, Praya Street"), "refer HYD"),
		tc(3, Request, "phone", "street-light", "街燈閃爍", "虛構街市門口的街燈不停閃爍。", at(22.2813, 114.1584, "虛構街市"), "same"),
		tc(4, Request, "mail", "road-surface", "路面有坑洞", "虛構道近巴士站有一個大坑洞，單車很易跌倒。", at(22.3193, 114.1694, "虛構道巴士站"), "refer HYD", "accept", "interim"),
		en(5, Complaint, "web", "street-cleaning", "Refuse left on the pavement", "Refuse has been lying at the corner for a week and smells.", at(22.3710, 114.1140, "Corner of Invented Lane"), "refer FEHD", "accept", "reply"),
		tc(6, Complaint, "letter", "drains", "渠口淤塞", "每逢大雨，虛構里的渠口便溢出污水。", at(22.4450, 114.0220, "虛構里"), "refer DSD", "accept", "interim", "reply", "answer", "close resolved", "rate 5"),
		anonymous,
		tc(8, Request, "phone", "slopes", "斜坡樹枝伸出行人路", "虛構徑旁的斜坡雜草和樹枝已伸出行人路。", at(22.3830, 114.1880, "虛構徑"), "refer LANDSD", "refuse LCSD"),
		tc(9, Complaint, "web", "slopes", "兩個部門都說不負責", "虛構村口的樹快要倒下，兩個部門都說不是他們的樹。", at(22.4500, 114.1680, "虛構村口"), "refer LCSD", "refuse LANDSD", "refuse -"),
		en(10, Complaint, "mail", "drains", "Nobody mends the channel", "The channel behind the invented estate floods. Three departments have refused it.", at(22.5010, 114.1280, "Behind Invented Estate"),
			"refer DSD", "refuse HYD", "refuse LANDSD", "refer LANDSD", "refuse -"),
		tc(11, Complaint, "phone", "road-surface", "後巷無人維修", "虛構後巷路面破爛多年，各部門互相推卸。", at(22.3280, 114.1910, "虛構後巷"),
			"refer HYD", "refuse LANDSD", "refuse -", "refer FEHD", "refuse -", "refer LANDSD", "refuse -", "direct HYD", "accept"),
		tc(12, Suggestion, "web", "parks", "增設飲水機", "希望虛構公園增設飲水機，減少使用膠樽。", at(22.3120, 114.2250, "虛構公園"), "refer LCSD", "accept", "reply", "answer", "close informed"),
		en(13, Compliment, "counter", "staff", "A kind clerk", "The clerk at the invented counter helped my mother with patience. Please thank them.", nil, "refer FEHD", "reply", "answer", "close informed", "rate 5"),
		tc(14, Enquiry, "phone", "", "去哪裏交表格", "想知道食物業牌照的申請表交到哪裏。", nil, "answer", "close informed", "rate 4"),
		en(15, Request, "open311", "street-light", "", "The lamp flickers at the invented pier.", at(22.2870, 114.1600, "Invented Pier"), "refer HYD", "accept"),
		tc(16, Request, "web", "road-surface", "渠蓋鬆脫", "虛構街路中心的渠蓋鬆脫，車輛駛過有巨響。", at(22.2770, 114.1750, "虛構街"), "refer HYD", "ask DSD", "accept", "interim"),
		tc(17, Complaint, "phone", "street-cleaning", "店舖阻街", "虛構街一帶的店舖把貨物放滿行人路。", at(22.3420, 114.1950, "虛構街"), "answer", "close withdrawn"),
	}
}

// Demonstrate invents the services and cases of the demonstration, once, at every stage and by the use
// cases themselves. Nobody of these names has an account.
func (s *Service) Demonstrate(ctx context.Context, by Demonstration) error {
	first := false
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		there, err := s.Categories(tx)
		if first = len(there) == 0; err != nil || !first {
			return err
		}
		for _, x := range DemoCategories() {
			if err := s.PutCategory(tx, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !first {
		return err
	}
	if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.inventEarlier(tx, by) }); err != nil {
		return errors.Join(errors.New("cases: earlier ones"), err)
	}
	var last CaseID
	for _, c := range demoCases() {
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			id, err := s.demonstrate(tx, c, by, last)
			if err == nil {
				last = id
			}
			return err
		})
		if err != nil {
			return errors.Join(errors.New("cases: "+c.Title), err)
		}
	}
	return nil
}

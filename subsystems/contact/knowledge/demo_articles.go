package knowledge

// demonstration is what the invented articles say.
func demonstration() []demonstrated {
	return []demonstrated{
		{
			code: "renew-driving-licence", department: "TD", title: [3]string{"續領駕駛執照", "Renewing a driving licence", "续领驾驶执照"},
			text: [3]string{
				"執照期滿前四個月內可以續領。\n\n## 怎樣辦理\n\n- 網上\n- 郵寄\n- 親身到牌照事務處",
				"Renew it within the four months before it ends.\n\n## How\n\n- Online\n- By post\n- In person at a licensing office",
				"执照期满前四个月内可以续领。\n\n## 怎样办理\n\n- 网上\n- 邮寄\n- 亲身到牌照事务处",
			},
			everyday: [3]string{"車牌 續牌 揸車 車牌到期", "driver's license expired renew", "车牌 续牌 揸车 车牌到期"}, days: 300, views: 420, helped: 61, unhelpful: 7,
		},
		{
			code: "vehicle-licence", department: "TD", title: [3]string{"續領車輛牌照", "Renewing a vehicle licence", "续领车辆牌照"},
			text: [3]string{
				"請帶備登記文件和有效的保險單。逾期未續牌的車輛不得在道路上使用。",
				"Bring the registration document and a valid insurance policy. A vehicle without a licence must stay off the road.",
				"请带备登记文件和有效的保险单。逾期未续牌的车辆不得在道路上使用。",
			},
			everyday: [3]string{"行車證 車輛牌費", "car tax road tax", "行车证 车辆牌费"}, days: 250, views: 210, helped: 30, unhelpful: 3,
		},
		{
			code: "learner-test", department: "TD", title: [3]string{"預約駕駛考試", "Booking a driving test", "预约驾驶考试"},
			text: [3]string{
				"先領取學習駕駛執照，再選擇考試地點和日期。",
				"Get a learner's licence first, then choose a place and a day for the test.",
				"先领取学习驾驶执照，再选择考试地点和日期。",
			},
			everyday: [3]string{"學車 考車 路試 排期", "road test learner", "学车 考车 路试 排期"}, days: 200, views: 160, helped: 18, unhelpful: 6,
		},
		{
			code: "parking-ticket", department: "TD", title: [3]string{"繳付定額罰款", "Paying a fixed penalty", "缴付定额罚款"},
			text: [3]string{
				"收到通知書後21日內可以在網上、便利店或郵政局繳款。",
				"Pay online, at a convenience store or at a post office within 21 days of the notice.",
				"收到通知书后21日内可以在网上、便利店或邮政局缴款。",
			},
			everyday: [3]string{"牛肉乾 告票 抄牌 泊車罰款", "parking ticket fine", "牛肉干 告票 抄牌 泊车罚款"}, days: 120, views: 388, helped: 40, unhelpful: 12,
		},
		{
			code: "identity-card-lost", department: "IMMD", title: [3]string{"遺失身份證", "Losing an identity card", "遗失身份证"},
			text: [3]string{
				"請在14日內申請補領。\n\n## 帶甚麼\n\n- 旅行證件或出生證明\n- 費用",
				"Apply for a new one within 14 days.\n\n## Bring\n\n- A travel document or birth certificate\n- The fee",
				"请在14日内申请补领。\n\n## 带甚么\n\n- 旅行证件或出生证明\n- 费用",
			},
			everyday: [3]string{"唔見咗身份證 補領 失身份證", "lost ID card HKID", "唔见咗身份证 补领 失身份证"}, days: 330, views: 510, helped: 88, unhelpful: 9,
		},
		{
			code: "passport", department: "IMMD", title: [3]string{"申請特區護照", "Applying for a passport", "申请特区护照"},
			text: [3]string{
				"可以網上遞交申請，一般需時十個工作天。",
				"Apply online; it usually takes ten working days.",
				"可以网上递交申请，一般需时十个工作天。",
			},
			everyday: [3]string{"旅行證件 續護照 換護照", "travel document renew passport", "旅行证件 续护照 换护照"}, days: 280, views: 602, helped: 97, unhelpful: 5,
		},
		{
			code: "birth-register", department: "IMMD", title: [3]string{"登記子女出生", "Registering a birth", "登记子女出生"},
			text: [3]string{
				"父母須在子女出生後42日內登記。",
				"Parents register a birth within 42 days.",
				"父母须在子女出生后42日内登记。",
			},
			everyday: [3]string{"出世紙 嬰兒登記 BB", "birth certificate baby", "出世纸 婴儿登记 BB"}, days: 365, views: 145, helped: 21, unhelpful: 2,
		},
		{
			code: "marriage", department: "IMMD", title: [3]string{"結婚登記", "Giving notice of marriage", "结婚登记"},
			text: [3]string{
				"請在婚期前至少15日遞交通知書。",
				"Give notice at least 15 days before the day.",
				"请在婚期前至少15日递交通知书。",
			},
			everyday: [3]string{"註冊結婚 簽紙", "wedding registry", "注册结婚 签纸"}, days: 365, views: 133, helped: 17, unhelpful: 4,
		},
		{
			code: "dead-animal", department: "FEHD", title: [3]string{"移走動物屍體", "Removing a dead animal", "移走动物尸体"},
			text: [3]string{
				"請告訴我們地點，我們會在24小時內移走。",
				"Tell us the place; it is removed within 24 hours.",
				"请告诉我们地点，我们会在24小时内移走。",
			},
			everyday: [3]string{"死貓 死狗 死老鼠", "dead cat dead bird rat", "死猫 死狗 死老鼠"}, days: 150, views: 77, helped: 12, unhelpful: 1,
		},
		{
			code: "rats", department: "FEHD", title: [3]string{"報告鼠患", "Reporting rats", "报告鼠患"},
			text: [3]string{
				"請說明地點、時間和看到的數目。",
				"Tell us where, when and how many you saw.",
				"请说明地点、时间和看到的数目。",
			},
			everyday: [3]string{"老鼠 有鼠 蛇蟲鼠蟻", "rat mice pest", "老鼠 有鼠 蛇虫鼠蚁"}, days: 90, views: 240, helped: 15, unhelpful: 14,
		},
		{
			code: "food-licence", department: "FEHD", title: [3]string{"申請食物業牌照", "Applying for a food business licence", "申请食物业牌照"},
			text: [3]string{
				"先查看處所是否合適，再遞交圖則和表格。",
				"Check first that the premises are suitable, then hand in the plans and the form.",
				"先查看处所是否合适，再递交图则和表格。",
			},
			everyday: [3]string{"開餐廳 開食肆 飲食牌", "open a restaurant cafe", "开餐厅 开食肆 饮食牌"}, days: 200, views: 166, helped: 19, unhelpful: 8,
		},
		{
			code: "water-drip", department: "FEHD", title: [3]string{"冷氣機滴水", "Dripping air conditioners", "冷气机滴水"},
			text: [3]string{
				"請提供滴水的樓層和單位。",
				"Tell us the floor and the flat from which it drips.",
				"请提供滴水的楼层和单位。",
			},
			everyday: [3]string{"滴水 冷氣水 樓上滴水", "air con dripping", "滴水 冷气水 楼上滴水"}, days: 60, views: 298, helped: 20, unhelpful: 22,
		},
		{
			code: "book-court", department: "LCSD", title: [3]string{"租訂體育設施", "Booking sports facilities", "租订体育设施"},
			text: [3]string{
				"可以預先七日在網上租訂。公眾假期同樣開放。",
				"Book online up to seven days ahead, on public holidays too.",
				"可以预先七日在网上租订。公众假期同样开放。",
			},
			everyday: [3]string{"訂場 羽毛球場 足球場 book場", "badminton court football pitch", "订场 羽毛球场 足球场 book场"}, days: 180, views: 470, helped: 52, unhelpful: 16,
		},
		{
			code: "library-card", department: "LCSD", title: [3]string{"申請圖書證", "Getting a library card", "申请图书证"},
			text: [3]string{
				"憑身份證可以在任何一間公共圖書館即時領取。",
				"Bring your identity card to any public library and get it at once.",
				"凭身份证可以在任何一间公共图书馆即时领取。",
			},
			everyday: [3]string{"借書證 借書", "borrow books", "借书证 借书"}, days: 365, views: 190, helped: 33, unhelpful: 2,
		},
		{
			code: "swimming-pool", department: "LCSD", title: [3]string{"泳池開放時間", "Opening hours of swimming pools", "泳池开放时间"},
			text: [3]string{
				"大部分泳池分三節開放，逢星期五下午清潔。",
				"Most pools open in three sessions, and are cleaned on Friday afternoons.",
				"大部分泳池分三节开放，逢星期五下午清洁。",
			},
			everyday: [3]string{"游水 泳池 幾點開", "swim pool hours", "游水 泳池 几点开"}, days: 45, views: 355, helped: 28, unhelpful: 19,
		},
		{
			code: "street-lamp", department: "HYD", title: [3]string{"報告街燈故障", "Reporting a faulty street lamp", "报告街灯故障"},
			text: [3]string{
				"請提供燈柱上的編號。一般兩日內修理。",
				"Tell us the number on the post. It is usually mended within two days.",
				"请提供灯柱上的编号。一般两日内修理。",
			},
			everyday: [3]string{"街燈壞 燈柱 唔着燈", "street light dark broken lamp", "街灯坏 灯柱 唔着灯"}, days: 240, views: 120, helped: 16, unhelpful: 3,
		},
		{
			code: "pothole", department: "HYD", title: [3]string{"報告路面坑洞", "Reporting a pothole", "报告路面坑洞"},
			text: [3]string{
				"請提供位置和照片。有危險的坑洞會在48小時內修補。",
				"Send the place and a photo. A dangerous hole is filled within 48 hours.",
				"请提供位置和照片。有危险的坑洞会在48小时内修补。",
			},
			everyday: [3]string{"路面爛 窿 路陷", "road hole broken pavement", "路面烂 窿 路陷"}, days: 240, views: 98, helped: 9, unhelpful: 5,
		},
		{
			code: "construction-noise", department: "EPD", title: [3]string{"建築噪音", "Noise from building sites", "建筑噪音"},
			text: [3]string{
				"晚上七時至早上七時，未有許可證不得使用機動設備。",
				"From 7 pm to 7 am powered machines need a permit.",
				"晚上七时至早上七时，未有许可证不得使用机动设备。",
			},
			everyday: [3]string{"地盤嘈 打樁 裝修嘈", "noisy construction drilling night", "地盘嘈 打桩 装修嘈"}, days: 170, views: 205, helped: 14, unhelpful: 17,
		},
		{
			code: "recycling", department: "EPD", title: [3]string{"在哪裏回收", "Where to recycle", "在哪里回收"},
			text: [3]string{
				"綠在區區的回收站收集九類回收物。",
				"Community recycling stations take nine kinds of things.",
				"绿在区区的回收站收集九类回收物。",
			},
			everyday: [3]string{"環保站 膠樽 廢紙 舊電器", "recycle bottles paper plastic", "环保站 胶樽 废纸 旧电器"}, days: 365, views: 260, helped: 41, unhelpful: 6,
		},
		{
			code: "old-car", department: "EPD", title: [3]string{"淘汰舊車資助", "Grants for scrapping old vehicles", "淘汰旧车资助"},
			text: [3]string{
				"草稿：資助金額有待確定。",
				"Draft: the amounts are still to be settled.",
				"草稿：资助金额有待确定。",
			},
			everyday: [3]string{"舊車 劏車", "scrap car", "旧车 㓥车"}, days: 0, draft: true,
		},
	}
}

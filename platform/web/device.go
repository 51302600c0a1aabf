package web

import "strings"

// Device names the kind of browser and system of a User-Agent header, "Chrome, Android":
// enough for people to know their own devices again in a list, and no more than that.
// Names of products need no translation. An unknown one gives an empty text.
func Device(agent string) string {
	first := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	// The order matters: most browsers also claim to be those below them.
	browser := first("Edg", "Edge", "SamsungBrowser", "Samsung Internet", "HuaweiBrowser", "Huawei Browser", "MiuiBrowser", "Mi Browser",
		"Firefox", "Firefox", "FxiOS", "Firefox", "CriOS", "Chrome", "Chrome", "Chrome", "Safari", "Safari")
	system := first("HarmonyOS", "HarmonyOS", "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS X", "macOS",
		"CrOS", "ChromeOS", "Linux", "Linux")
	return strings.Trim(browser+", "+system, ", ")
}

// Package browsertest opens Praya's pages in a real Chromium, for tests.
//
// One browser serves a whole package of tests, and each test has a tab of its own:
//
//	var chrome browsertest.Browser
//
//	func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }
//
//	func TestFront(t *testing.T) {
//		tab := chrome.Tab(t)
//		tab.Look(browsertest.Look{Width: 360})
//		tab.Open(server.URL + "/tc/")
//		tab.Accessible()
//	}
//
// # Rules that always hold
//
//   - A page that writes an error to the console, breaks the Content-Security-Policy
//     or misses a file fails its test.
//   - A page that is to axe-core's rules the same as one before, on the same device, is not asked
//     about again: its verdict is known, good or bad.
//   - The reader's languages are those of en-US where a page has none in its address.
//   - Without Chromium or axe-core a test fails when CI is set, and is skipped with a
//     message elsewhere.
//   - Screenshots are written only when PRAYA_SCREENSHOTS names a folder.
package browsertest

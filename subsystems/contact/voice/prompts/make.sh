#!/bin/sh
# Speaks texts.csv and the number words into prompts/LANGUAGE/NAME.ulaw:
# 8,000 samples a second, µ-law, no header, silence trimmed at both ends.
# Needs espeak-ng, sox and python3. A site records people instead, and points
# Config.Prompts at their folder.
set -eu
cd "$(dirname "$0")"
python3 - <<'PY' | while IFS='	' read -r language name speed text; do
import csv
speeds = {"yue": 200, "en": 195, "cmn": 260}
words = {
    "yue": dict(enumerate("零 一 二 三 四 五 六 七 八 九 十".split())),
    "cmn": dict(enumerate("零 一 二 三 四 五 六 七 八 九 十".split())),
    "en": dict(enumerate("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
                         "fifteen sixteen seventeen eighteen nineteen twenty".split()))
          | {10 * (i + 3): w for i, w in enumerate("thirty forty fifty sixty seventy eighty ninety".split())},
}
for row in csv.DictReader(open("texts.csv", encoding="utf-8")):
    for language, speed in speeds.items():
        print(language, row["name"], speed, row[language], sep="\t")
for language, speed in speeds.items():
    for n, word in words[language].items():
        print(language, f"n-{n}", speed, word, sep="\t")
PY
	mkdir -p "$language"
	espeak-ng -v "$language" -s "$speed" --stdout "$text" </dev/null |
		sox -t wav - -t raw -r 8000 -c 1 -e mu-law "$language/$name.ulaw" \
			norm -6 silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse pad 0 0.06
done

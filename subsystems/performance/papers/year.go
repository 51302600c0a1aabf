package papers

import (
	"strconv"
	"strings"

	"praya/kernel/when"
)

// years of a sheet's columns by their place in Amounts.
func (s *Sheet) years() [4]when.FinancialYear {
	y, err := when.ParseFinancialYear(s.Year)
	if err != nil {
		return [4]when.FinancialYear{}
	}
	return [4]when.FinancialYear{y - 2, y - 1, y - 1, y}
}

// columnName names a column as the Estimates' facts do.
func (s *Sheet) columnName(col int) string {
	return fiscal(s.years()[col]) + " " + [4]string{"actual", "original", "revised", "estimate"}[col]
}

// yearInWords writes the digits of a year: 二零二五.
func yearInWords(n int) string {
	numerals := [...]string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	var b strings.Builder
	for _, c := range strconv.Itoa(n) {
		b.WriteString(numerals[c-'0'])
	}
	return b.String()
}

// fiscalInWords writes 二零二五至二六; at a turn of the century the second year
// is written in full.
func fiscalInWords(y when.FinancialYear) string {
	next := yearInWords(int(y) + 1)
	if (int(y)+1)%100 != 0 {
		next = next[len("二零"):]
	}
	return yearInWords(int(y)) + "至" + next
}

// fiscal writes a financial year as papers do: 2025-26, 1999-2000.
func fiscal(y when.FinancialYear) string {
	if int(y)%100 == 99 {
		return strconv.Itoa(int(y)) + "-" + strconv.Itoa(int(y)+1)
	}
	return y.String()
}

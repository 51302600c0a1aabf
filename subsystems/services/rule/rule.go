package rule

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/ext"

	"praya/kernel/when"
)

// The bounds of an expression: what a form or a process asks is short.
const (
	maxText = 2_000
	maxCost = 100_000
)

// Language is the names that expressions may use. It is safe for concurrent use.
type Language struct {
	env *cel.Env
}

// NewLanguage makes the language of these variables; each may hold any JSON.
func NewLanguage(variables ...string) (*Language, error) {
	options := []cel.EnvOption{
		ext.Strings(), ext.Math(), cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(),
		cel.Function("day", cel.Overload("day_string", []*cel.Type{cel.StringType}, cel.TimestampType, cel.UnaryBinding(day))),
		cel.Function("years", cel.Overload("years_string_string", []*cel.Type{cel.StringType, cel.StringType}, cel.IntType, cel.BinaryBinding(years))),
		cel.Function("plusDays", cel.Overload("plus_days_string_int", []*cel.Type{cel.StringType, cel.IntType}, cel.StringType, cel.BinaryBinding(plusDays))),
		cel.Function("sum", cel.Overload("sum_list", []*cel.Type{cel.ListType(cel.DynType)}, cel.DynType, cel.UnaryBinding(sum))),
	}
	for _, v := range variables {
		options = append(options, cel.Variable(v, cel.DynType))
	}
	env, err := cel.NewEnv(options...)
	return &Language{env}, err
}

// Rule is an expression that has been read. It is safe for concurrent use.
type Rule struct {
	Text    string
	program cel.Program
	is      *cel.Type
}

// Compile reads an expression. Its error says what is wrong and where, in CEL's own words.
func (l *Language) Compile(text string) (*Rule, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("an expression has at most %d bytes", maxText)
	}
	ast, issues := l.env.Compile(text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	program, err := l.env.Program(ast, cel.CostLimit(maxCost), cel.EvalOptions(cel.OptOptimize))
	return &Rule{text, program, ast.OutputType()}, err
}

// Condition reads an expression that must be able to give true or false.
func (l *Language) Condition(text string) (*Rule, error) {
	r, err := l.Compile(text)
	if err == nil && !r.is.IsExactType(cel.BoolType) && !r.is.IsExactType(cel.DynType) {
		err = fmt.Errorf("%q gives %s, not true or false", text, r.is)
	}
	return r, err
}

// Value evaluates an expression over JSON values, and gives one: nil, bool, int64, float64,
// string, []any or map[string]any. A day is given as 2006-01-02.
func (r *Rule) Value(vars map[string]any) (any, error) {
	out, _, err := r.program.Eval(vars)
	if err != nil {
		return nil, err
	}
	return plain(out)
}

// Holds evaluates a condition. What a condition needs and nobody has answered yet is no error
// of the condition's: it does not hold.
func (r *Rule) Holds(vars map[string]any) (bool, error) {
	out, _, err := r.program.Eval(vars)
	if err != nil {
		if unanswered(err) {
			return false, nil
		}
		return false, err
	}
	yes, ok := out.Value().(bool)
	if !ok {
		return false, fmt.Errorf("%q gives %v, not true or false", r.Text, out.Type())
	}
	return yes, nil
}

// unanswered tells a value that is not there from an expression that cannot work.
func unanswered(err error) bool {
	text := err.Error()
	return strings.Contains(text, "no such key") || strings.Contains(text, "no such attribute") || strings.Contains(text, "index out of bounds")
}

func plain(v ref.Val) (any, error) {
	switch x := v.(type) {
	case types.Null:
		return nil, nil
	case types.Timestamp:
		return x.Time.UTC().Format(time.DateOnly), nil
	case traits.Mapper:
		return plainMap(x)
	case traits.Lister:
		return plainList(x)
	}
	switch x := v.Value().(type) {
	case bool, string, int64:
		return x, nil
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%v is no number", x)
		}
		return x, nil
	case uint64:
		return int64(min(x, math.MaxInt64)), nil
	}
	return nil, fmt.Errorf("%v is no value of JSON", v.Type())
}

func plainList(list traits.Lister) (any, error) {
	out := []any{}
	for it := list.Iterator(); it.HasNext() == types.True; {
		x, err := plain(it.Next())
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func plainMap(m traits.Mapper) (any, error) {
	out := map[string]any{}
	for it := m.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		name, ok := key.Value().(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name", key.Value())
		}
		x, err := plain(m.Get(key))
		if err != nil {
			return nil, err
		}
		out[name] = x
	}
	return out, nil
}

func day(v ref.Val) ref.Val {
	d, err := when.ParseDay(fmt.Sprint(v.Value()))
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Timestamp{Time: time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, time.UTC)}
}

// years is how many whole years lie between two days, as ages are counted.
func years(from, to ref.Val) ref.Val {
	a, errA := when.ParseDay(fmt.Sprint(from.Value()))
	b, errB := when.ParseDay(fmt.Sprint(to.Value()))
	if errA != nil || errB != nil {
		return types.NewErr("years: not a day")
	}
	n := b.Year - a.Year
	if slices.Compare([]int{int(b.Month), b.Date}, []int{int(a.Month), a.Date}) < 0 {
		n--
	}
	return types.Int(n)
}

func plusDays(from, n ref.Val) ref.Val {
	d, err := when.ParseDay(fmt.Sprint(from.Value()))
	if err != nil {
		return types.WrapErr(err)
	}
	const century = 36_525
	days, ok := n.Value().(int64)
	if !ok || days > century || days < -century {
		return types.NewErr("plusDays: too far away")
	}
	return types.String(d.Add(int(days)).String())
}

// sum adds the numbers of a list: whole when all are, 0 when it is empty.
func sum(v ref.Val) ref.Val {
	list, ok := v.(traits.Lister)
	if !ok {
		return types.NewErr("sum: not a list")
	}
	var total ref.Val = types.Int(0)
	for it := list.Iterator(); it.HasNext() == types.True; {
		next := it.Next()
		if _, fraction := next.(types.Double); fraction {
			if whole, ok := total.(types.Int); ok {
				total = types.Double(whole)
			}
		} else if _, already := total.(types.Double); already {
			if whole, ok := next.(types.Int); ok {
				next = types.Double(whole)
			}
		}
		adder, ok := total.(traits.Adder)
		if !ok {
			return types.NewErr("sum: not numbers")
		}
		if total = adder.Add(next); types.IsError(total) {
			return total
		}
	}
	return total
}

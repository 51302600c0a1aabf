package db

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
)

// assign puts a value of SQLite's into a place of the caller's. The four types of column are
// text, bigint, boolean and bytea; a boolean comes as 0 or 1. What would lose something, or
// change its type, is refused.
func assign(dest any, v driver.Value) error {
	switch d := dest.(type) {
	case *string:
		if s, ok := v.(string); ok {
			*d = s
			return nil
		}
	case *int64:
		if n, ok := v.(int64); ok {
			*d = n
			return nil
		}
	case *int:
		if n, ok := v.(int64); ok && int64(int(n)) == n {
			*d = int(n)
			return nil
		}
	case *bool:
		if n, ok := v.(int64); ok && n>>1 == 0 {
			*d = n == 1
			return nil
		}
	case *[]byte:
		switch b := v.(type) {
		case nil:
			*d = nil
			return nil
		case []byte:
			*d = b // the driver made it for us
			return nil
		case string:
			*d = []byte(b)
			return nil
		}
	case *any:
		*d = v
		return nil
	case sql.Scanner:
		return d.Scan(v)
	}
	return assignNamed(dest, v)
}

// assignNamed is assign for types with other names, and for pointers, which null leaves nil.
func assignNamed(dest any, v driver.Value) error {
	p := reflect.ValueOf(dest)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fmt.Errorf("a %T is no place", dest)
	}
	to := p.Elem()
	if to.Kind() == reflect.Pointer {
		if v == nil {
			to.SetZero()
			return nil
		}
		to.Set(reflect.New(to.Type().Elem()))
		return assign(to.Interface(), v)
	}
	switch from := v.(type) {
	case string:
		switch {
		case to.Kind() == reflect.String:
			to.SetString(from)
			return nil
		case ofBytes(to):
			to.SetBytes([]byte(from))
			return nil
		}
	case []byte:
		switch {
		case to.Kind() == reflect.String:
			to.SetString(string(from))
			return nil
		case ofBytes(to):
			to.SetBytes(from)
			return nil
		}
	case nil:
		if ofBytes(to) {
			to.SetZero()
			return nil
		}
	case int64:
		if setNumber(to, from) {
			return nil
		}
	case float64:
		if to.CanFloat() {
			to.SetFloat(from)
			return nil
		}
	}
	return fmt.Errorf("a %T does not fit into a %s", v, to.Type())
}

func ofBytes(to reflect.Value) bool {
	return to.Kind() == reflect.Slice && to.Type().Elem().Kind() == reflect.Uint8
}

func setNumber(to reflect.Value, n int64) bool {
	switch {
	case to.CanInt() && !to.OverflowInt(n):
		to.SetInt(n)
	case to.CanUint() && n >= 0 && !to.OverflowUint(uint64(n)):
		to.SetUint(uint64(n))
	case to.CanFloat():
		to.SetFloat(float64(n))
	case to.Kind() == reflect.Bool && n>>1 == 0:
		to.SetBool(n == 1)
	default:
		return false
	}
	return true
}

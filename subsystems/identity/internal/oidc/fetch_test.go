package oidc

import (
	"net/netip"
	"testing"
)

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false, "203.0.113.7": false,
		"::1": false, "::": false, "fe80::1": false, "fd00::1": false, "ff02::1": false, "2001:db8::1": false, "64:ff9b::a00:1": false,
		"2002:a00:1::": false, "::ffff:10.0.0.1": false, "::ffff:127.0.0.1": false,
	} {
		err := publicOnly("tcp", netip.AddrPortFrom(netip.MustParseAddr(address), 443).String(), nil)
		if (err == nil) != want {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
	if publicOnly("unix", "/run/x", nil) == nil {
		t.Error("a socket file")
	}
}

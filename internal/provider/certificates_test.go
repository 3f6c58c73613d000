package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// newAuthority gives the PEM entry of a certificate, without a line end.
func newAuthority(t *testing.T, name string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})))
}

// inUTF16 writes a text as some editors and shells do, with a byte order mark.
func inUTF16(text string, bigEndian bool) string {
	var encoded []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		high, low := byte(unit>>8), byte(unit&0xff)
		if bigEndian {
			encoded = append(encoded, high, low)
		} else {
			encoded = append(encoded, low, high)
		}
	}
	return string(encoded)
}

func TestCertificateFileIsReadWholeOrItsEntriesAreNamed(t *testing.T) {
	t.Parallel()
	first, second := newAuthority(t, "first"), newAuthority(t, "second")
	both := first + "\n" + second + "\n"
	lines := strings.Split(first, "\n")
	damaged := strings.Replace(first, lines[2], strings.Repeat("?", len(lines[2])), 1)
	const noEntry = "it has no last line, -----END CERTIFICATE-----, or what is between its lines is not Base64"
	for name, test := range map[string]struct {
		content string
		want    []string // names of the authorities
		unread  []string
	}{
		"as it should be":          {both, []string{"first", "second"}, nil},
		"line ends of Windows":     {strings.ReplaceAll(both, "\n", "\r\n"), []string{"first", "second"}, nil},
		"texts between entries":    {"# CN = first\n" + first + "\nBag Attributes\n" + second, []string{"first", "second"}, nil},
		"UTF-8 with a mark":        {"\ufeff" + both, []string{"first", "second"}, nil},
		"UTF-16, little-endian":    {inUTF16(both, false), []string{"first", "second"}, nil},
		"UTF-16, big-endian":       {inUTF16(both, true), []string{"first", "second"}, nil},
		"entries glued together":   {first + second, []string{"first", "second"}, nil},
		"a mark between entries":   {first + "\n\ufeff" + second, []string{"first", "second"}, nil},
		"all on one line":          {strings.ReplaceAll(both, "\n", " "), []string{"first", "second"}, nil},
		"all on one line, no gaps": {strings.ReplaceAll(both, "\n", ""), []string{"first", "second"}, nil},
		"indented":                 {strings.ReplaceAll(both, "\n", "\n    "), []string{"first", "second"}, nil},
		"the first is damaged":     {damaged + "\n" + second, []string{"second"}, []string{"  entry 1, line 1: " + noEntry}},
		"the second is damaged":    {second + "\n\n" + damaged, []string{"second"}, []string{"  entry 2, line " + lineAfter(second, 2) + ": " + noEntry}},
		"the end is cut off":       {second + "\n" + first[:len(first)-40], []string{"second"}, []string{"  entry 2, line " + lineAfter(second, 1) + ": " + noEntry}},
		"the end is missing before another": {
			strings.TrimSuffix(first, "-----END CERTIFICATE-----") + second, []string{"second"}, []string{"  entry 1, line 1: " + noEntry},
		},
		"no certificate in an entry": {
			first + "\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", []string{"first"},
			[]string{"  entry 2, line " + lineAfter(first, 1) + ": x509: malformed certificate"},
		},
		"a key": {
			first + "\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", []string{"first"},
			[]string{"  entry 2, line " + lineAfter(first, 1) + `: it is of the type "PRIVATE KEY", not CERTIFICATE`},
		},
		"a first line is damaged": {
			first + "\n" + second[1:], []string{"first"},
			[]string{"  entry 1, line 1: after it there is a last line, -----END…, without a first one, -----BEGIN…"},
		},
		"nothing":            {"", nil, nil},
		"something else":     {"hello", nil, nil},
		"a damaged one only": {damaged, nil, []string{"  entry 1, line 1: " + noEntry}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "ca.pem")
			write(t, file, test.content)
			read, unread := readCertificates([]byte(test.content))
			var got []string
			for _, certificate := range read {
				got = append(got, certificate.Subject.CommonName)
			}
			if difference := cmp.Diff(test.want, got); difference != "" {
				t.Errorf("the authorities (-want +got):\n%s", difference)
			}
			if difference := cmp.Diff(test.unread, unread); difference != "" {
				t.Errorf("the entries that were not read (-want +got):\n%s", difference)
			}
			var diags diag.Diagnostics
			certificateAuthorities(settingValue{text: file, source: "the argument `ca_certificate_file`", set: true}, &diags)
			checkCertificateDiagnostic(t, diags, len(test.want) > 0, test.unread)
		})
	}
}

// lineAfter is the number of a line so many lines below the end of an entry.
func lineAfter(entry string, below int) string {
	return big.NewInt(int64(1 + strings.Count(entry, "\n") + below)).String()
}

func checkCertificateDiagnostic(t *testing.T, diags diag.Diagnostics, usable bool, unread []string) {
	t.Helper()
	if usable && len(unread) == 0 {
		if len(diags) > 0 {
			t.Error(diags)
		}
		return
	}
	if len(diags) != 1 || diags.HasError() == usable {
		t.Fatalf("got %v, want one diagnostic", diags)
	}
	for _, entry := range unread {
		if !strings.Contains(diags[0].Detail(), entry) {
			t.Errorf("the detail does not name %q: %s", entry, diags[0].Detail())
		}
	}
}

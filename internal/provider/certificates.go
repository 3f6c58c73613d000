package provider

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// certificateAuthorities reads the file that a setting names; nil is the system's
// authorities.
func certificateAuthorities(file settingValue, diags *diag.Diagnostics) *x509.CertPool {
	if !file.set {
		return nil
	}
	content, err := os.ReadFile(file.text)
	if err != nil {
		diags.AddAttributeError(path.Root(settingCAFile), "Certificate file not readable",
			fmt.Sprintf("The file named by %s cannot be read: %s. "+
				"Give the path of a file of PEM certificates, or leave it out to trust the system's authorities.", file.source, err))
		return nil
	}
	read, unread := readCertificates(content)
	named := strings.Join(unread, "\n")
	switch {
	case len(read) == 0 && len(unread) == 0:
		diags.AddAttributeError(path.Root(settingCAFile), "Certificate file without certificates",
			fmt.Sprintf("The file %q, named by %s, holds no PEM certificate. "+
				"Write the certificate authority's certificate there, beginning with -----BEGIN CERTIFICATE-----.", file.text, file.source))
	case len(read) == 0:
		diags.AddAttributeError(path.Root(settingCAFile), "Certificate file without certificates",
			fmt.Sprintf("The file %q, named by %s, holds no certificate that can be read. Correct the entries below.\n\n%s", file.text, file.source, named))
	case len(unread) > 0:
		diags.AddAttributeWarning(path.Root(settingCAFile), "Certificate file with unreadable entries",
			fmt.Sprintf("The file %q, named by %s, has %d entries, of which %d cannot be read and are not trusted. "+
				"Correct or remove the entries below.\n\n%s", file.text, file.source, len(read)+len(unread), len(unread), named))
	}
	authorities := x509.NewCertPool()
	for _, certificate := range read {
		authorities.AddCert(certificate)
	}
	return authorities
}

const (
	pemBegin = "-----BEGIN "
	pemEnd   = "-----END "
)

// pemLine matches the first or last line of an entry. Package pem reads it only if
// nothing else is on the line.
var pemLine = regexp.MustCompile(`\s*(-{5}(?:BEGIN|END) [^\n-]*-{5})\s*`)

// readCertificates returns the certificates of a PEM file, and a line of text about
// each unreadable entry. The file is UTF-8, or UTF-16 with a byte order mark.
func readCertificates(content []byte) (read []*x509.Certificate, unread []string) {
	if text, _, err := transform.Bytes(unicode.BOMOverride(unicode.UTF8.NewDecoder()), content); err == nil {
		content = text
	}
	line, number := 1, 0
	complain := func(problem string) {
		unread = append(unread, fmt.Sprintf("  entry %d, line %d: %s", number, line, problem))
	}
	for part := range bytes.SplitSeq(content, []byte(pemBegin)) {
		ends := bytes.Count(part, []byte(pemEnd))
		if number > 0 {
			ends--
			certificate, problem := readCertificate(append([]byte(pemBegin), part...))
			if problem != "" {
				complain(problem)
			} else {
				read = append(read, certificate)
			}
		}
		if ends > 0 {
			complain("after it there is a last line, -----END…, without a first one, -----BEGIN…")
		}
		line += bytes.Count(part, []byte("\n"))
		number++
	}
	return read, unread
}

// readCertificate reads the entry at the beginning of a text, or says what is wrong
// with it.
func readCertificate(entry []byte) (certificate *x509.Certificate, problem string) {
	block, _ := pem.Decode(pemLine.ReplaceAll(entry, []byte("\n$1\n")))
	if block == nil {
		return nil, "it has no last line, -----END CERTIFICATE-----, or what is between its lines is not Base64"
	}
	if block.Type != "CERTIFICATE" {
		return nil, fmt.Sprintf("it is of the type %q, not CERTIFICATE", block.Type)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err.Error()
	}
	return certificate, ""
}

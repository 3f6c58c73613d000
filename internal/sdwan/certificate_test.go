package sdwan

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"testing"
	"time"
)

// serveCertificate serves TLS with a certificate for the loopback address, and
// gives the certificate as its own authority.
func serveCertificate(t *testing.T, from, until time.Time) (address string, authority *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "controller"}, NotBefore: from, NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	authority = x509.NewCertPool()
	authority.AddCert(certificate)
	return server.URL, authority
}

func TestCertificateOutsideItsTimeIsNoMatterOfTrust(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, test := range map[string]struct{ from, until time.Time }{
		"expired":       {now.Add(-48 * time.Hour), now.Add(-24 * time.Hour)},
		"not valid yet": {now.Add(24 * time.Hour), now.Add(48 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, authority := serveCertificate(t, test.from, test.until)
			client := clientOf(t, inMemoryConfig(nil), inLegacyForm, func(c *Config) { c.Endpoint, c.CertificateAuthorities = address, authority })
			failure := wantKind(t, readOnce(t.Context(), client), KindCertificateTime)
			wantText(t, failure.Error(), "x509: certificate has expired or is not yet valid", "Attempts: 1 in ")
		})
	}
}

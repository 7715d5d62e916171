package testserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Certificates are an authority of a test's own and what it signed, as PEM
// files: a certificate for 127.0.0.1, localhost and tickets.example, with its key.
type Certificates struct {
	CAFile, CertFile, KeyFile string

	pool *x509.CertPool
	pair tls.Certificate
}

// NewCertificates makes them, good for an hour.
func NewCertificates(t testing.TB) *Certificates {
	t.Helper()
	folder := t.TempDir()
	c := &Certificates{
		CAFile: filepath.Join(folder, "ca.crt"), CertFile: filepath.Join(folder, "server.crt"),
		KeyFile: filepath.Join(folder, "server.key"), pool: x509.NewCertPool(),
	}
	if err := c.make(); err != nil {
		t.Fatalf("make certificates: %v", err)
	}
	return c
}

func (c *Certificates) make() error {
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Seathold tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
		// Servers of one sort call each other too.
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost", "tickets.example"},
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return err
	}
	serverDER, err := x509.CreateCertificate(rand.Reader, server, ca, &key.PublicKey, caKey)
	if err != nil {
		return err
	}
	return c.write(caDER, serverDER, key)
}

func (c *Certificates) write(ca, server []byte, key *ecdsa.PrivateKey) error {
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		path, kind string
		der        []byte
	}{
		{c.CAFile, "CERTIFICATE", ca}, {c.CertFile, "CERTIFICATE", server}, {c.KeyFile, "PRIVATE KEY", keyDER},
	} {
		text := pem.EncodeToMemory(&pem.Block{Type: file.kind, Bytes: file.der})
		if err := os.WriteFile(file.path, text, 0o600); err != nil {
			return err
		}
	}
	authority, err := x509.ParseCertificate(ca)
	if err != nil {
		return err
	}
	c.pool.AddCert(authority)
	c.pair, err = tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	return err
}

// Client trusts the authority.
func (c *Certificates) Client() *tls.Config {
	return &tls.Config{RootCAs: c.pool, MinVersion: tls.VersionTLS12}
}

// Server shows the certificate.
func (c *Certificates) Server() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c.pair}, MinVersion: tls.VersionTLS12}
}

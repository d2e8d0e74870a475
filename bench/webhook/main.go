// Bench is the other side of the webhook's benchmark: a minimal server that decides the same, and the load on both.
//
//	bench serve --cert F --key F --client-ca F
//	bench load --address HOST:PORT --cert F --key F --ca F --connections N --seconds S
//
// The server prints a JSON line with its address once it listens, the load one with what it measured at its end.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return errors.New("say serve or load")
	}
	flags := flag.NewFlagSet(arguments[0], flag.ExitOnError)
	cert := flags.String("cert", "", "own certificate, PEM")
	key := flags.String("key", "", "its private key, PEM")
	switch arguments[0] {
	case "serve":
		trusted := flags.String("client-ca", "", "what clients' certificates must be signed by, PEM")
		flags.Parse(arguments[1:])
		own, pool, err := identity(*cert, *key, *trusted)
		if err != nil {
			return err
		}
		return serve(own, pool)
	case "load":
		trusted := flags.String("ca", "", "what the server's certificate must be signed by, PEM")
		address := flags.String("address", "", "HOST:PORT of the server")
		connections := flags.Int("connections", 1, "how many, each with one request at a time")
		seconds := flags.Float64("seconds", 1, "how long")
		flags.Parse(arguments[1:])
		own, pool, err := identity(*cert, *key, *trusted)
		if err != nil {
			return err
		}
		measured, err := load(*address, own, pool, *connections, time.Duration(*seconds*float64(time.Second)))
		if err != nil {
			return err
		}
		return tell(measured)
	}
	return fmt.Errorf("%q is neither serve nor load", arguments[0])
}

// identity reads a certificate with its key, and the certificates to trust.
func identity(cert, key, trusted string) (tls.Certificate, *x509.CertPool, error) {
	own, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return own, nil, err
	}
	text, err := os.ReadFile(trusted)
	if err != nil {
		return own, nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return own, nil, fmt.Errorf("%s has no certificate", trusted)
	}
	return own, pool, nil
}

func tell(what any) error {
	return json.NewEncoder(os.Stdout).Encode(what)
}

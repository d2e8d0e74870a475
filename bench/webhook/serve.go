package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"time"
)

const largestBody = 1 << 20

// serve answers over mutual TLS at a free port of this machine, until it is ended.
func serve(own tls.Certificate, clients *x509.CertPool) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	handler := http.NewServeMux()
	handler.HandleFunc("POST "+path, check)
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       120 * time.Second,
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{own},
			ClientCAs:    clients,
			ClientAuth:   tls.RequireAndVerifyClientCert,
			MinVersion:   tls.VersionTLS12,
			NextProtos:   []string{"http/1.1"}, // as the webhook: both are measured with the same protocol
		},
	}
	if err := tell(map[string]string{"event": "started", "listen": listener.Addr().String()}); err != nil {
		return err
	}
	return server.ServeTLS(listener, "", "")
}

func check(response http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, largestBody))
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	text, err := json.Marshal(decide(body))
	if err != nil {
		http.Error(response, err.Error(), http.StatusInternalServerError)
		return
	}
	response.Header().Set("Content-Type", "application/json")
	response.Write(text)
}

package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

const (
	serverName = "external-service"
	mostTold   = 5
	pause      = 100 * time.Millisecond // after an error, so that a server that is gone gives no million of them
)

// measured is what a load says at its end. Errors are no decisions, and have no part in the latencies.
type measured struct {
	Decisions   int      `json:"decisions"`
	Errors      int      `json:"errors"`
	Seconds     float64  `json:"seconds"`
	P50         float64  `json:"p50_ms"`
	P99         float64  `json:"p99_ms"`
	FirstErrors []string `json:"first_errors"`
}

// worker is one connection with what it saw.
type worker struct {
	client
	first  int
	times  []time.Duration
	errors []string
	failed int
}

// load asks on every connection, one question after another, as long as it is told to. The connections are made, and
// every question was put once on each, before the clock starts.
func load(
	address string, own tls.Certificate, servers *x509.CertPool, connections int, duration time.Duration,
) (measured, error) {
	asked, err := questions(serverName)
	if err != nil {
		return measured{}, err
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{own},
		RootCAs:      servers,
		ServerName:   serverName,
		NextProtos:   []string{"http/1.1"},
	}
	workers := make([]*worker, connections)
	for number := range workers {
		one := &worker{client: client{address: address, config: config}, first: number}
		defer one.close()
		for _, question := range asked {
			if err := one.ask(question); err != nil {
				return measured{}, fmt.Errorf("before the clock started: %w", err)
			}
		}
		workers[number] = one
	}
	begun := time.Now()
	var group sync.WaitGroup
	for _, one := range workers {
		group.Go(func() { one.work(asked, begun.Add(duration)) })
	}
	group.Wait()
	return summary(workers, time.Since(begun)), nil
}

func (w *worker) work(asked []question, end time.Time) {
	for number := w.first; ; number++ {
		begun := time.Now()
		if !begun.Before(end) {
			return
		}
		if err := w.ask(asked[number%len(asked)]); err != nil {
			w.failed++
			if len(w.errors) < mostTold {
				w.errors = append(w.errors, err.Error())
			}
			time.Sleep(pause)
			continue
		}
		w.times = append(w.times, time.Since(begun))
	}
}

func summary(workers []*worker, taken time.Duration) measured {
	result := measured{Seconds: taken.Seconds(), FirstErrors: []string{}}
	var times []time.Duration
	for _, one := range workers {
		times = append(times, one.times...)
		result.Errors += one.failed
		result.FirstErrors = append(result.FirstErrors, one.errors...)
	}
	result.FirstErrors = result.FirstErrors[:min(mostTold, len(result.FirstErrors))]
	slices.Sort(times)
	result.Decisions, result.P50, result.P99 = len(times), quantile(times, 0.5), quantile(times, 0.99)
	return result
}

// quantile is the smallest of the sorted times that so large a part is not above, in milliseconds; 0 of none.
func quantile(times []time.Duration, part float64) float64 {
	if len(times) == 0 {
		return 0
	}
	rank := max(1, int(math.Ceil(part*float64(len(times)))))
	return float64(times[rank-1]) / float64(time.Millisecond)
}

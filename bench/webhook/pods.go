package main

import (
	"encoding/json"
	"fmt"
)

// pod is what is asked about, and the answer that is right by the policy of the benchmark.
type pod struct {
	images  []string
	allowed bool
}

// question is a request as it goes over the wire, and the right answer.
type question struct {
	request []byte
	images  []string
	allowed bool
}

const digest = "@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed"

var pods = []pod{
	{[]string{"nginx:1.29.1"}, true},
	{[]string{"nginx"}, false},
	{[]string{"registry.k8s.io/pause:3.10.1"}, true},
	{[]string{"registry.k8s.io/kube-apiserver:v1.36.4", "busybox:1.37"}, true},
	{[]string{"quay.io/prometheus/node-exporter:v1.9.1"}, false},
	{[]string{"docker.io/library/busybox" + digest}, true},
	{[]string{"grafana/grafana:12.1.0", "prom/prometheus:v3.5.0", "envoyproxy/envoy:v1.35.0"}, true},
	{[]string{"grafana/grafana:12.1.0", "grafana/loki:latest"}, false},
	{[]string{"index.docker.io/library/redis:8.2"}, true},
	{[]string{"localhost:5000/shop:1.0"}, false},
	{[]string{"nginx:latest" + digest}, true},
	{[]string{"registry.acme.example:5000/team/app:2.3", "nginx:1.29.1"}, false},
	{[]string{"postgres:17.6-bookworm"}, true},
	{[]string{"registry.k8s.io/coredns/coredns:v1.12.3"}, true},
	{[]string{"docker.io/bitnami/kubectl:latest"}, false},
	{[]string{"ghcr.io/acme/builder" + digest}, false},
}

// questions are the requests about all pods, with the header and the body of an API server of Kubernetes 1.36.
func questions(host string) ([]question, error) {
	asked := make([]question, 0, len(pods))
	for number, one := range pods {
		sent := review{Kind: kind, APIVersion: apiVersion, Status: status{Allowed: new(bool)}}
		sent.Spec.Namespace = fmt.Sprintf("team-%d", number%4)
		for _, image := range one.images {
			sent.Spec.Containers = append(sent.Spec.Containers, container{image})
		}
		body, err := json.Marshal(sent)
		if err != nil {
			return nil, err
		}
		header := fmt.Sprintf("POST %s?timeout=30s HTTP/1.1\r\nHost: %s\r\n", path, host) +
			"User-Agent: kube-apiserver/v1.36.4 (linux/amd64) kubernetes/0000000\r\n" +
			fmt.Sprintf("Content-Length: %d\r\n", len(body)) +
			"Accept: application/json, */*\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n"
		asked = append(asked, question{append([]byte(header), body...), one.images, one.allowed})
	}
	return asked, nil
}

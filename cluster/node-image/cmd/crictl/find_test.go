package main

import (
	"context"
	"strings"
	"testing"
)

func TestMatchID(t *testing.T) {
	ids := []string{"abc1", "abc2", "abc", "def"}
	for given, want := range map[string]string{
		"abc": "abc", "abc2": "abc2", "d": "def",
		"ab": `pod "ab" is ambiguous: 3 ids begin with it`,
		"x":  `pod "x" not found; list the ids with: crictl pods`,
		"":   `pod "" not found`,
	} {
		got, err := matchID("pod", given, ids, listPods)
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("matchID(%q) is %q, want %q", given, got, want)
		}
	}
}

func TestFindContainerTellsANameFromAnID(t *testing.T) {
	if got := refusal(t, "inspect", "etcd"); !strings.Contains(got, "crictl ps -a --name etcd") {
		t.Errorf("got %q", got)
	}
	if got := refusal(t, "logs", "1111"); !strings.Contains(got, "ambiguous: 2 ids") {
		t.Errorf("got %q", got)
	}
}

func TestFindImage(t *testing.T) {
	_, images := newFakes()
	for given, want := range map[string]string{
		"registry.k8s.io/kube-apiserver:v1.36.4": serverImage,
		"8ba2":                                   serverImage,
		"sha256:d94d70":                          etcdImage,
	} {
		reply, err := findImage(context.Background(), images, given, false)
		if err != nil || reply.Image.Id != want {
			t.Errorf("%s: got %v, %v", given, reply, err)
		}
	}
	if reply, err := findImage(context.Background(), images, "nginx", false); err == nil {
		t.Errorf("got %v", reply)
	}
}

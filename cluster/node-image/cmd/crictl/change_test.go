package main

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatChangesTheRuntime(t *testing.T) {
	for _, c := range []struct {
		line, out string
		calls     []string
	}{
		{"stop 1111a 2222", "1111a\n2222\n", []string{"stop " + apiServerID, "stop " + etcdID}},
		{"rm 1111b", "1111b\n", []string{"rm " + oldServerID}},
		{"rm -f 1111a", "1111a\n", []string{"stop " + apiServerID, "rm " + apiServerID}},
		{"stopp 9999", "Stopped sandbox 9999\n", []string{"stopp " + podID}},
		{"rmp -f 9999", "Stopped sandbox 9999\nRemoved sandbox 9999\n", []string{"stopp " + podID, "rmp " + podID}},
	} {
		runtime, images := newFakes()
		out, errOut, code := call(t, runtime, images, strings.Fields(c.line)...)
		if code != 0 || out != c.out || !slices.Equal(runtime.calls, c.calls) {
			t.Errorf("%s: exit code %d, %q, %q, calls %v", c.line, code, out, errOut, runtime.calls)
		}
	}
}

func TestRemoveRefusesWhatRuns(t *testing.T) {
	if got := refusal(t, "rm", "1111a"); !strings.Contains(got, "crictl stop 1111a") {
		t.Errorf("got %q", got)
	}
	if got := refusal(t, "rmp", "9999"); !strings.Contains(got, "crictl stopp 9999") {
		t.Errorf("got %q", got)
	}
}

func TestOneFailureDoesNotStopTheRest(t *testing.T) {
	runtime, images := newFakes()
	out, errOut, code := call(t, runtime, images, "stop", "x", "2222", "y")
	if code != 1 || out != "2222\n" || strings.Count(errOut, "E: container") != 2 || strings.Count(errOut, "\n") != 2 {
		t.Errorf("exit code %d, output %q, error output %q", code, out, errOut)
	}
}

func TestRemoveImage(t *testing.T) {
	runtime, images := newFakes()
	out, _, code := call(t, runtime, images, "rmi", "8ba2")
	if code != 0 || out != "Deleted: registry.k8s.io/kube-apiserver:v1.36.4\n" || images.calls[0] != "rmi "+serverImage {
		t.Errorf("exit code %d, output %q, calls %v", code, out, images.calls)
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func writeLog(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "0.log")
	text := lines(
		"2026-03-01T11:00:00.000000001Z stdout F one",
		"2026-03-01T11:59:00.000000002Z stderr F two",
		"2026-03-01T11:59:59.000000003Z stdout F three",
	)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLogs(t *testing.T) {
	path := writeLog(t)
	for flags, want := range map[string][2]string{
		"":                    {"one\nthree\n", "two\n"},
		"--tail 2":            {"three\n", "two\n"},
		"--tail 0":            {"", ""},
		"--since 10s":         {"three\n", ""},
		"--since 2026-03-02":  {"", ""},
		"--tail 1 -t":         {"2026-03-01T11:59:59.000000003Z three\n", ""},
		"--limit-bytes 2":     {"on", ""},
		"--follow=false -p=0": {"one\nthree\n", "two\n"},
	} {
		runtime, images := newFakes()
		runtime.status = &cri.ContainerStatusResponse{Status: &cri.ContainerStatus{LogPath: path}}
		out, errOut, code := call(t, runtime, images, append([]string{"logs", "1111a"}, strings.Fields(flags)...)...)
		if code != 0 || out != want[0] || errOut != want[1] {
			t.Errorf("logs %s: exit code %d, output %q, error output %q", flags, code, out, errOut)
		}
	}
}

func TestLogsOfThePreviousAttempt(t *testing.T) {
	runtime, images := newFakes()
	runtime.status = &cri.ContainerStatusResponse{Status: &cri.ContainerStatus{LogPath: writeLog(t)}}
	if _, errOut, code := call(t, runtime, images, "logs", "-p", "1111a"); code != 0 {
		t.Fatal(errOut)
	}
	if runtime.calls[0] != "status "+oldServerID {
		t.Errorf("got %v", runtime.calls)
	}
	if got := refusal(t, "logs", "-p", "2222"); !strings.Contains(got, "no previous attempt") {
		t.Errorf("got %q", got)
	}
}

func TestLogsOfTheFirst(t *testing.T) {
	runtime, images := newFakes()
	runtime.status = &cri.ContainerStatusResponse{Status: &cri.ContainerStatus{LogPath: writeLog(t)}}
	_, errOut, code := call(t, runtime, images, "logs", "--tail", "0", "1111a", "2222")
	if code != 0 || !strings.HasPrefix(errOut, "W: 2 ids were given") || runtime.calls[0] != "status "+apiServerID {
		t.Errorf("exit code %d, error output %q, calls %v", code, errOut, runtime.calls)
	}
}

func TestParseSince(t *testing.T) {
	for given, want := range map[string]time.Time{
		"1h30m":                testNow.Add(-90 * time.Minute),
		"2026-01-31T13:00:00Z": time.Date(2026, 1, 31, 13, 0, 0, 0, time.UTC),
		"2026-01-31T13:00:00":  time.Date(2026, 1, 31, 13, 0, 0, 0, time.Local),
		"1772366400":           testNow,
	} {
		if got, err := parseSince(given, testNow); err != nil || !got.Equal(want) {
			t.Errorf("%s: got %v, %v, want %v", given, got, err, want)
		}
	}
	if got, err := parseSince("yesterday", testNow); err == nil {
		t.Errorf("got %v", got)
	}
}

package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func inspected() *cri.ContainerStatusResponse {
	return &cri.ContainerStatusResponse{
		Status: &cri.ContainerStatus{
			Id: apiServerID, State: cri.ContainerState_CONTAINER_RUNNING,
			CreatedAt: testNow.UnixNano() + 5, StartedAt: testNow.Add(time.Second).UnixNano(),
			Metadata: &cri.ContainerMetadata{Name: "kube-apiserver"},
		},
		Info: map[string]string{
			"info":  `{"pid": 4711, "limit": 9007199254740993, "args": ["a<b"]}`,
			"state": `"OK"`,
		},
	}
}

func inspect(t *testing.T, line ...string) string {
	t.Helper()
	runtime, images := newFakes()
	runtime.status = inspected()
	out, errOut, code := call(t, runtime, images, append([]string{"inspect"}, line...)...)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	return out
}

func TestInspectShape(t *testing.T) {
	out := inspect(t, "1111a")
	var got struct {
		Status map[string]any
		Info   struct{ Pid int }
		State  string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"id": apiServerID, "state": "CONTAINER_RUNNING", "exitCode": 0.0, "resources": nil,
		"createdAt":  time.Unix(0, testNow.UnixNano()+5).Format(time.RFC3339Nano),
		"startedAt":  time.Unix(testNow.Unix()+1, 0).Format(time.RFC3339Nano),
		"finishedAt": "0001-01-01T00:00:00Z",
	} {
		if value, ok := got.Status[name]; !ok || value != want {
			t.Errorf("%s is %v, want %v", name, value, want)
		}
	}
	if got.Info.Pid != 4711 || got.State != "OK" {
		t.Errorf("got %+v", got)
	}
	for _, want := range []string{"9007199254740993", `"a<b"`} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
}

func TestInspectFormats(t *testing.T) {
	if got := inspect(t, "-o", "go-template", "--template", "{{.info.pid}} {{upper .status.state}} {{json .info.args}}", "1111a"); got != "4711 CONTAINER_RUNNING [\"a<b\"]\n" {
		t.Errorf("got %q", got)
	}
	if got := inspect(t, "-o", "yaml", "1111a"); !strings.Contains(got, "\nstatus:\n") || !strings.Contains(got, "  pid: 4711\n") {
		t.Errorf("got\n%s", got)
	}
	for _, several := range []string{inspect(t), inspect(t, "1111a", "2222")} {
		var list []any
		if err := json.Unmarshal([]byte(several), &list); err != nil || len(list) != 2 {
			t.Errorf("got %d statuses, %v", len(list), err)
		}
	}
	refusal(t, "inspect", "-o", "table", "1111a")
	refusal(t, "inspect", "--name", "nosuch")
	refusal(t, "inspecti")
}

func TestInspectTemplateErrors(t *testing.T) {
	for _, flags := range []string{"-o go-template", "--template {{", "--template {{.status.nosuch}}"} {
		runtime, images := newFakes()
		runtime.status = inspected()
		_, errOut, code := call(t, runtime, images, append([]string{"inspect", "1111a"}, strings.SplitN(flags, " ", 2)...)...)
		if code != 1 || !strings.HasPrefix(errOut, "E: ") {
			t.Errorf("%s: exit code %d, %q", flags, code, errOut)
		}
	}
}

func TestInspectImage(t *testing.T) {
	var got struct{ Status struct{ ID, Size string } }
	if err := json.Unmarshal([]byte(answer(t, "inspecti", "8ba2c6e33f448")), &got); err != nil {
		t.Fatal(err)
	}
	if got.Status.ID != serverImage || got.Status.Size != "28123456" {
		t.Errorf("got %+v", got)
	}
}

func TestInfo(t *testing.T) {
	runtime, images := newFakes()
	runtime.runtime = &cri.StatusResponse{
		Status:          &cri.RuntimeStatus{Conditions: []*cri.RuntimeCondition{{Type: "RuntimeReady", Status: true}}},
		RuntimeHandlers: []*cri.RuntimeHandler{{Name: "runc", Features: &cri.RuntimeHandlerFeatures{UserNamespaces: true}}},
		Info:            map[string]string{"golang": `"go1.24"`, "config": `{"root": "/var"}`},
	}
	out, errOut, code := call(t, runtime, images, "info")
	if code != 0 {
		t.Fatal(errOut)
	}
	for _, want := range []string{`"golang": "go1.24"`, `"root": "/var"`, `"user_namespaces": true`, `"type": "RuntimeReady"`} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
}

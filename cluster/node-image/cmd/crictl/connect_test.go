package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/klog/v2"
)

// TestMain silences the client library as main does.
func TestMain(m *testing.M) {
	klog.SetLogger(klog.Logger{})
	os.Exit(m.Run())
}

// versionServer is a runtime that answers one request.
type versionServer struct {
	cri.UnimplementedRuntimeServiceServer
}

func (*versionServer) Version(context.Context, *cri.VersionRequest) (*cri.VersionResponse, error) {
	return &cri.VersionResponse{Version: "0.1.0", RuntimeName: "fake", RuntimeVersion: "1.2", RuntimeApiVersion: "v1"}, nil
}

func connected(endpoint string, line ...string) (out, errOut string, code int) {
	var stdout, stderr bytes.Buffer
	environment := map[string]string{"CONTAINER_RUNTIME_ENDPOINT": endpoint}
	a := &app{out: &stdout, errOut: &stderr, getenv: func(name string) string { return environment[name] }, now: time.Now}
	code = run(context.Background(), a, line)
	return stdout.String(), stderr.String(), code
}

func TestOverTheSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cri.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	cri.RegisterRuntimeServiceServer(server, &versionServer{})
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()

	endpoint := "unix://" + path
	out, errOut, code := connected(endpoint, "version")
	want := "Version:  0.1.0\nRuntimeName:  fake\nRuntimeVersion:  1.2\nRuntimeApiVersion:  v1\n"
	if code != 0 || out != want {
		t.Errorf("exit code %d, output %q, error output %q", code, out, errOut)
	}
	_, errOut, code = connected(endpoint, "ps")
	if code != 1 || errOut != "E: cannot list the containers: method ListContainers not implemented\n" {
		t.Errorf("exit code %d, error output %q", code, errOut)
	}
	_, errOut, code = connected(endpoint, "images")
	if code != 1 || !strings.Contains(errOut, "does not speak the CRI v1 API") {
		t.Errorf("exit code %d, error output %q", code, errOut)
	}
}

func TestNoRuntime(t *testing.T) {
	endpoint := "unix://" + filepath.Join(t.TempDir(), "none.sock")
	_, errOut, code := connected("", "-r", endpoint, "ps")
	want := "E: cannot reach the container runtime at " + endpoint + " (no such file or directory); look at it with: systemctl status containerd\n"
	if code != 1 || errOut != want {
		t.Errorf("exit code %d, error output %q", code, errOut)
	}
}

func TestSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "crictl.yaml")
	text := "runtime-endpoint: unix:///file.sock\ntimeout: 7\ndebug: false\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		options     options
		environment map[string]string
		want        settings
	}{
		{options{config: path}, nil, settings{"unix:///file.sock", "unix:///file.sock", 7 * time.Second}},
		{options{}, map[string]string{"CRI_CONFIG_FILE": path, "IMAGE_SERVICE_ENDPOINT": "unix:///i"},
			settings{"unix:///file.sock", "unix:///i", 7 * time.Second}},
		{options{config: path, timeout: "90"}, map[string]string{"CONTAINER_RUNTIME_ENDPOINT": "unix:///env"},
			settings{"unix:///env", "unix:///env", 90 * time.Second}},
		{options{config: path, runtime: "unix:///flag", timeout: "500ms"}, map[string]string{"CONTAINER_RUNTIME_ENDPOINT": "unix:///env"},
			settings{"unix:///flag", "unix:///flag", 500 * time.Millisecond}},
	} {
		got, err := c.options.resolve(func(name string) string { return c.environment[name] })
		if err != nil || got != c.want {
			t.Errorf("%+v: got %+v, %v, want %+v", c.options, got, err, c.want)
		}
	}
	for _, wrong := range []options{{config: path + ".none"}, {config: path, timeout: "soon"}, {config: path, timeout: "0"}} {
		if got, err := wrong.resolve(os.Getenv); err == nil {
			t.Errorf("%+v: got %+v", wrong, got)
		}
	}
}

func TestCommandLineErrors(t *testing.T) {
	for line, want := range map[string]string{
		"podz":             "did you mean pods",
		"ps nginx":         "takes no argument",
		"ps --nosuch":      "unknown flag: --nosuch; see: crictl ps --help",
		"logs":             "needs the id of a container",
		"exec 1111a":       "needs the id of a container and a command",
		"exec -t 1111a sh": "-t needs -i",
		"pull":             "needs the name of one image",
		"images -o table2": "--output is one of table, json, yaml",
	} {
		if got := refusal(t, strings.Fields(line)...); !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

func TestCompletion(t *testing.T) {
	if out := answer(t, "completion", "bash"); !strings.Contains(out, "__start_crictl") {
		t.Error("no completion script")
	}
}

package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	internalapi "k8s.io/cri-api/pkg/apis"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	apiServerID = "1111aaaa0000000000000000000000000000000000000000000000000000000a"
	oldServerID = "1111bbbb0000000000000000000000000000000000000000000000000000000b"
	etcdID      = "2222cccc0000000000000000000000000000000000000000000000000000000c"
	podID       = "9999dddd0000000000000000000000000000000000000000000000000000000d"
	serverImage = "sha256:8ba2c6e33f4482b8a2800b14c6d62b02b8f40e962b39ac1acc474862a2c7f456"
	etcdImage   = "sha256:d94d708f98b1fdb102f9d1db3d514b2f14550157c0dcd99977900b7d739b9110"
)

// fakeRuntime answers from its lists, and writes down what it was told to do.
// A method that it does not have panics.
type fakeRuntime struct {
	internalapi.RuntimeService
	containers []*cri.Container
	sandboxes  []*cri.PodSandbox
	status     *cri.ContainerStatusResponse
	runtime    *cri.StatusResponse
	calls      []string
}

func (f *fakeRuntime) Close(context.Context) error { return nil }

func (f *fakeRuntime) ListContainers(context.Context, *cri.ContainerFilter) ([]*cri.Container, error) {
	return slices.Clone(f.containers), nil
}

func (f *fakeRuntime) ListPodSandbox(context.Context, *cri.PodSandboxFilter) ([]*cri.PodSandbox, error) {
	return slices.Clone(f.sandboxes), nil
}

func (f *fakeRuntime) ContainerStatus(_ context.Context, id string, _ bool) (*cri.ContainerStatusResponse, error) {
	f.calls = append(f.calls, "status "+id)
	return f.status, nil
}

func (f *fakeRuntime) Status(context.Context, bool) (*cri.StatusResponse, error) {
	return f.runtime, nil
}

func (f *fakeRuntime) StopContainer(_ context.Context, id string, _ int64) error {
	f.calls = append(f.calls, "stop "+id)
	return nil
}

func (f *fakeRuntime) RemoveContainer(_ context.Context, id string) error {
	f.calls = append(f.calls, "rm "+id)
	return nil
}

func (f *fakeRuntime) StopPodSandbox(_ context.Context, id string) error {
	f.calls = append(f.calls, "stopp "+id)
	return nil
}

func (f *fakeRuntime) RemovePodSandbox(_ context.Context, id string) error {
	f.calls = append(f.calls, "rmp "+id)
	return nil
}

// fakeImages resolves exact tags and whole ids, as the least a runtime does.
type fakeImages struct {
	internalapi.ImageManagerService
	all   []*cri.Image
	calls []string
}

func (f *fakeImages) Close(context.Context) error { return nil }

func (f *fakeImages) ListImages(context.Context, *cri.ImageFilter) ([]*cri.Image, error) {
	return slices.Clone(f.all), nil
}

func (f *fakeImages) ImageStatus(_ context.Context, spec *cri.ImageSpec, _ bool) (*cri.ImageStatusResponse, error) {
	for _, image := range f.all {
		if image.Id == spec.Image || slices.Contains(image.RepoTags, spec.Image) {
			return &cri.ImageStatusResponse{Image: image}, nil
		}
	}
	return &cri.ImageStatusResponse{}, nil
}

func (f *fakeImages) RemoveImage(_ context.Context, spec *cri.ImageSpec) error {
	f.calls = append(f.calls, "rmi "+spec.Image)
	return nil
}

func container(id, name, image string, attempt uint32, state cri.ContainerState, age time.Duration) *cri.Container {
	return &cri.Container{
		Id: id, PodSandboxId: podID, State: state, CreatedAt: testNow.Add(-age).UnixNano(),
		Metadata: &cri.ContainerMetadata{Name: name, Attempt: attempt},
		Image:    &cri.ImageSpec{Image: image}, ImageRef: image,
		Labels: map[string]string{podNameLabel: name + "-node", podNamespaceLabel: "kube-system", "tier": "control-plane"},
	}
}

func newFakes() (*fakeRuntime, *fakeImages) {
	runtime := &fakeRuntime{
		containers: []*cri.Container{
			container(etcdID, "etcd", etcdImage, 0, cri.ContainerState_CONTAINER_RUNNING, 3*time.Hour),
			container(oldServerID, "kube-apiserver", serverImage, 0, cri.ContainerState_CONTAINER_EXITED, 2*time.Hour),
			container(apiServerID, "kube-apiserver", serverImage, 1, cri.ContainerState_CONTAINER_RUNNING, 5*time.Minute),
		},
		sandboxes: []*cri.PodSandbox{{
			Id: podID, State: cri.PodSandboxState_SANDBOX_READY, CreatedAt: testNow.Add(-time.Hour).UnixNano(),
			Metadata: &cri.PodSandboxMetadata{Name: "kube-apiserver-node", Namespace: "kube-system", Attempt: 2},
		}},
	}
	images := &fakeImages{all: []*cri.Image{
		{
			Id: serverImage, RepoTags: []string{"registry.k8s.io/kube-apiserver:v1.36.4"}, Size: 28_123_456,
			RepoDigests: []string{"registry.k8s.io/kube-apiserver@sha256:35fbcd094d25cd6ebb3cba600e01127f27a70a378cf3acc42f1366c77f58b154"},
		},
		{
			Id: etcdImage, Size: 742_000,
			RepoDigests: []string{"localhost:5000/etcd@sha256:6448d4def90c2afa5a55214c19670a13400ed3195792f4a4356a4ea8f00a65e8"},
		},
	}}
	return runtime, images
}

// call runs a command line on the fakes; it gives both outputs and the exit code.
func call(t *testing.T, runtime *fakeRuntime, images *fakeImages, line ...string) (out, errOut string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{
		in: strings.NewReader(""), out: &stdout, errOut: &stderr,
		getenv: func(string) string { return "" }, now: func() time.Time { return testNow },
		runtimes: runtime, imageSrv: images,
	}
	code = run(context.Background(), a, line)
	return stdout.String(), stderr.String(), code
}

// answer is the standard output of a command line that must succeed.
func answer(t *testing.T, line ...string) string {
	t.Helper()
	runtime, images := newFakes()
	out, errOut, code := call(t, runtime, images, line...)
	if code != 0 || errOut != "" {
		t.Fatalf("crictl %v: exit code %d, error output %q", line, code, errOut)
	}
	return out
}

// refusal is the error output of a command line that must fail with one line.
func refusal(t *testing.T, line ...string) string {
	t.Helper()
	runtime, images := newFakes()
	_, errOut, code := call(t, runtime, images, line...)
	if code != 1 || strings.Count(errOut, "\n") != 1 || !strings.HasPrefix(errOut, "E: ") {
		t.Fatalf("crictl %v: exit code %d, error output %q", line, code, errOut)
	}
	return errOut
}

func lines(text ...string) string { return strings.Join(text, "\n") + "\n" }

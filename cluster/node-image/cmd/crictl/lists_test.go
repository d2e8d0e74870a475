package main

import (
	"encoding/json"
	"strings"
	"testing"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func TestPsTable(t *testing.T) {
	want := lines(
		"CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD                   NAMESPACE",
		"1111aaaa00000       8ba2c6e33f448       5 minutes ago       Running             kube-apiserver      1                   9999dddd00000       kube-apiserver-node   kube-system",
		"2222cccc00000       d94d708f98b1f       3 hours ago         Running             etcd                0                   9999dddd00000       etcd-node             kube-system",
	)
	if got := answer(t, "ps"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestPsSelects(t *testing.T) {
	for _, c := range []struct {
		flags string
		want  []string
	}{
		{"", []string{apiServerID, etcdID}},
		{"-a", []string{apiServerID, oldServerID, etcdID}},
		{"-a --name ^kube", []string{apiServerID, oldServerID}},
		{"--name etc[d]", []string{etcdID}},
		{"--state Exited", []string{oldServerID}},
		{"--state unknown", nil},
		{"-l", []string{apiServerID}},
		{"-n 2", []string{apiServerID, oldServerID}},
		{"-n 9", []string{apiServerID, oldServerID, etcdID}},
		{"-n 1 --state running --name etcd", []string{etcdID}},
		{"--label tier=control-plane --name etcd", []string{etcdID}},
		{"--label tier=web", nil},
		{"--label tier", []string{"error"}},
		{"-p 9999", []string{apiServerID, etcdID}},
		{"-p 8888", nil},
		{"--id 2222", []string{etcdID}},
		{"--namespace default", nil},
		{"-a --image kube-apiserver", []string{apiServerID, oldServerID}},
		{"--image registry.k8s.io/kube-apiserver:v1.36.4", []string{apiServerID}},
		{"--image 8ba2c6e33f448", []string{apiServerID}},
		{"--image nginx", []string{"error"}},
		{"--name [", []string{"error"}},
		{"--state up", []string{"error"}},
	} {
		line := append([]string{"ps", "-q"}, strings.Fields(c.flags)...)
		if len(c.want) == 1 && c.want[0] == "error" {
			refusal(t, line...)
			continue
		}
		if got := strings.Fields(answer(t, line...)); strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("ps -q %s: got %v, want %v", c.flags, got, c.want)
		}
	}
}

func TestPsShowsWhole(t *testing.T) {
	out := answer(t, "ps", "--no-trunc", "--name", "etcd")
	for _, want := range []string{etcdID, etcdImage, podID} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
	if out := answer(t, "ps", "-r"); !strings.Contains(out, "registry.k8s.io/kube-apiserver:v1.36.4 ") {
		t.Errorf("the image's name is not in\n%s", out)
	}
}

func TestPsJSON(t *testing.T) {
	var got struct {
		Containers []struct {
			ID, State, CreatedAt string
			Metadata             struct{ Attempt int }
		}
	}
	if err := json.Unmarshal([]byte(answer(t, "ps", "-o", "json", "--name", "kube-apiserver")), &got); err != nil {
		t.Fatal(err)
	}
	one := got.Containers[0]
	if one.ID != apiServerID || one.State != "CONTAINER_RUNNING" || one.CreatedAt != "1772366100000000000" || one.Metadata.Attempt != 1 {
		t.Errorf("got %+v", one)
	}
	if out := answer(t, "ps", "-o", "yaml"); !strings.HasPrefix(out, "containers:\n- annotations: {}\n") {
		t.Errorf("got\n%s", out)
	}
	refusal(t, "ps", "-o", "xml")
}

func TestPodsTable(t *testing.T) {
	want := lines(
		"POD ID              CREATED             STATE               NAME                  NAMESPACE           ATTEMPT             RUNTIME",
		"9999dddd00000       About an hour ago   Ready               kube-apiserver-node   kube-system         2                   (default)",
	)
	if got := answer(t, "pods"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := answer(t, "pods", "-q", "--state", "notready"); got != "" {
		t.Errorf("got %q", got)
	}
	if got := answer(t, "pods", "-o", "json"); !strings.HasPrefix(got, "{\n  \"items\": [\n    {\n      \"id\": \""+podID) {
		t.Errorf("got\n%s", got)
	}
}

func TestImagesTable(t *testing.T) {
	want := lines(
		"IMAGE                            TAG                 IMAGE ID            SIZE",
		"localhost:5000/etcd              <none>              d94d708f98b1f       742kB",
		"registry.k8s.io/kube-apiserver   v1.36.4             8ba2c6e33f448       28.1MB",
	)
	for _, name := range []string{"images", "image", "img"} {
		if got := answer(t, name); got != want {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
	}
	want = lines(
		"IMAGE                 TAG                 DIGEST              IMAGE ID            SIZE",
		"localhost:5000/etcd   <none>              6448d4def90c2       d94d708f98b1f       742kB",
	)
	if got := answer(t, "images", "--digests", "etcd"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := answer(t, "images", "--no-trunc", "kube-apiserver:v1.36.4"); !strings.Contains(got, serverImage) {
		t.Errorf("got\n%s", got)
	}
	if got := answer(t, "images", "-q", "nginx"); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestTagsOfAnImage(t *testing.T) {
	image := &cri.Image{RepoTags: []string{"localhost:5000/web", "localhost:5000/web:1", "<none>:<none>"}}
	want := []repoTag{{"localhost:5000/web", none}, {"localhost:5000/web", "1"}, {"web", none}}
	for n, got := range tags(image, "web") {
		if got != want[n] {
			t.Errorf("%s: got %v, want %v", image.RepoTags[n], got, want[n])
		}
	}
}

func TestShort(t *testing.T) {
	for given, want := range map[string]string{
		serverImage: "8ba2c6e33f448", apiServerID: "1111aaaa00000", "abc": "abc", "": "",
	} {
		if got := short(given); got != want {
			t.Errorf("short(%q) is %q, want %q", given, got, want)
		}
	}
}

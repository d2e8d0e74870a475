package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

const (
	apiVersion = "imagepolicy.k8s.io/v1alpha1"
	kind       = "ImageReview"
	path       = "/check-image"
)

// review is an ImageReview with the fields in the order of k8s.io/api/imagepolicy/v1alpha1.
type review struct {
	Kind       string   `json:"kind"`
	APIVersion string   `json:"apiVersion"`
	Metadata   struct{} `json:"metadata"`
	Spec       spec     `json:"spec"`
	Status     status   `json:"status"`
}

type spec struct {
	Containers []container `json:"containers,omitempty"`
	Namespace  string      `json:"namespace,omitempty"`
}

type container struct {
	Image string `json:"image"`
}

// status has Allowed as a pointer, so that an answer without it is no denial.
type status struct {
	Allowed *bool  `json:"allowed"`
	Reason  string `json:"reason,omitempty"`
}

var trusted = map[string]bool{"docker.io": true, "registry.k8s.io": true}

// decide answers a request's body: one image that is refused refuses the pod.
func decide(body []byte) review {
	var asked review
	if err := json.Unmarshal(body, &asked); err != nil {
		return answer(err.Error())
	}
	if asked.Kind != kind || asked.APIVersion != apiVersion || len(asked.Spec.Containers) == 0 {
		return answer("this is no ImageReview of a pod")
	}
	var reasons []string
	for _, one := range asked.Spec.Containers {
		if reason := refusal(one.Image); reason != "" {
			reasons = append(reasons, reason)
		}
	}
	return answer(strings.Join(reasons, "; "))
}

func answer(reason string) review {
	allowed := reason == ""
	return review{Kind: kind, APIVersion: apiVersion, Status: status{Allowed: &allowed, Reason: reason}}
}

// refusal says why an image is refused; nothing when it may run.
func refusal(image string) string {
	registry, repository, tag, digest := normalise(image)
	if repository == "" {
		return fmt.Sprintf("%q is no image name", image)
	}
	if !trusted[registry] {
		return fmt.Sprintf("%s: %q is not trusted: ask the platform team", image, registry)
	}
	if digest == "" && tag == "latest" {
		return fmt.Sprintf("%s: the tag %q is forbidden: it moves", image, tag)
	}
	return ""
}

// normalise splits an image's name with the defaults of a container runtime: nginx is docker.io/library/nginx:latest.
func normalise(image string) (registry, repository, tag, digest string) {
	name, digest, _ := strings.Cut(image, "@")
	registry, rest, found := strings.Cut(name, "/")
	if !found || registry != "localhost" && !strings.ContainsAny(registry, ".:") {
		registry, rest = "docker.io", name
	}
	if registry == "index.docker.io" {
		registry = "docker.io"
	}
	if registry == "docker.io" && !strings.Contains(rest, "/") {
		rest = "library/" + rest
	}
	repository, tag, found = strings.Cut(rest, ":")
	if !found {
		tag = "latest"
	}
	return registry, repository, tag, digest
}

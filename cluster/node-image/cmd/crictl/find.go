package main

import (
	"context"
	"fmt"
	"strings"

	internalapi "k8s.io/cri-api/pkg/apis"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const (
	listContainers = "crictl ps -a"
	listPods       = "crictl pods"
	listImages     = "crictl images"
)

// matchID is the one id that is given or begins with what is given. It fails
// when none or more than one does; list is the command that shows them.
func matchID(kind, given string, ids []string, list string) (string, error) {
	var found []string
	for _, id := range ids {
		if id == given {
			return id, nil
		}
		if given != "" && strings.HasPrefix(id, given) {
			found = append(found, id)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("%s %q not found; list the ids with: %s", kind, given, list)
	default:
		return "", fmt.Errorf("%s %q is ambiguous: %d ids begin with it; list them with: %s", kind, given, len(found), list)
	}
}

// findContainer looks for a container by its id or the beginning of it.
func findContainer(ctx context.Context, runtime internalapi.RuntimeService, given string) (*cri.Container, error) {
	containers, err := runtime.ListContainers(ctx, nil)
	if err != nil {
		return nil, err
	}
	byID := map[string]*cri.Container{}
	ids := make([]string, 0, len(containers))
	isName := false
	for _, container := range containers {
		byID[container.Id] = container
		ids = append(ids, container.Id)
		isName = isName || container.GetMetadata().GetName() == given
	}
	id, err := matchID("container", given, ids, listContainers)
	if err != nil && isName {
		err = fmt.Errorf("container %q not found: that is a name; its ids: %s --name %s", given, listContainers, given)
	}
	return byID[id], err
}

// findPod looks for a pod by its id or the beginning of it.
func findPod(ctx context.Context, runtime internalapi.RuntimeService, given string) (*cri.PodSandbox, error) {
	pods, err := runtime.ListPodSandbox(ctx, nil)
	if err != nil {
		return nil, err
	}
	byID := map[string]*cri.PodSandbox{}
	ids := make([]string, 0, len(pods))
	for _, pod := range pods {
		byID[pod.Id] = pod
		ids = append(ids, pod.Id)
	}
	id, err := matchID("pod", given, ids, listPods)
	return byID[id], err
}

// findImage looks for an image by any name the runtime resolves, or by the
// beginning of its id; the answer carries the verbose information when asked.
func findImage(
	ctx context.Context, images internalapi.ImageManagerService, given string, verbose bool,
) (*cri.ImageStatusResponse, error) {
	reply, err := images.ImageStatus(ctx, &cri.ImageSpec{Image: given}, verbose)
	if err == nil && reply.GetImage() != nil {
		return reply, nil
	}
	all, err := images.ListImages(ctx, nil)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, image := range all {
		ids = append(ids, strings.TrimPrefix(image.Id, "sha256:"))
	}
	id, err := matchID("image", strings.TrimPrefix(given, "sha256:"), ids, listImages)
	if err != nil {
		return nil, err
	}
	return images.ImageStatus(ctx, &cri.ImageSpec{Image: "sha256:" + id}, verbose)
}

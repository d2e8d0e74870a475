package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const (
	podNameLabel      = "io.kubernetes.pod.name"
	podNamespaceLabel = "io.kubernetes.pod.namespace"
)

// filter is what ps, pods, inspect and inspectp narrow their lists by. The zero
// value keeps everything.
type filter struct {
	id, name, namespace, state string
	labels                     []string
	latest                     bool
	last                       int
}

// containerFilter adds what only containers have.
type containerFilter struct {
	filter
	pod, image string
	all        bool
	// imageNames is every name that the image has, which the caller looks up.
	imageNames []string
}

func (f *filter) addFlags(flags *pflag.FlagSet, states string) {
	flags.StringVar(&f.id, "id", "", "only the one with this id, or beginning of it")
	flags.StringVar(&f.name, "name", "", "only those whose name matches this regular expression")
	flags.StringVar(&f.namespace, "namespace", "", "only those whose pod's namespace matches this regular expression")
	flags.StringVarP(&f.state, "state", "s", "", "only those in this state: "+states)
	flags.StringSliceVar(&f.labels, "label", nil, "only those with this label, given as key=value; may be repeated")
	flags.BoolVarP(&f.latest, "latest", "l", false, "only the one made last, in any state")
	flags.IntVarP(&f.last, "last", "n", 0, "only the `number` of them made last, in any state")
}

func (f *containerFilter) addFlags(flags *pflag.FlagSet) {
	f.filter.addFlags(flags, "created, running, exited or unknown")
	flags.BoolVarP(&f.all, "all", "a", false, "those that are not running too")
	flags.StringVarP(&f.pod, "pod", "p", "", "only those of the pod with this id, or beginning of it")
	flags.StringVar(&f.image, "image", "", "only those of this image")
}

// containers are those that the filter keeps, the newest first.
func (f *containerFilter) containers(all []*cri.Container) ([]*cri.Container, error) {
	matches, err := f.matcher()
	if err != nil {
		return nil, err
	}
	state := f.state
	if state == "" && !f.all {
		state = "running"
	}
	if state, err = f.checkState(state, "CONTAINER_", cri.ContainerState_value); err != nil {
		return nil, err
	}
	var kept []*cri.Container
	for _, one := range all {
		if matches(one.Id, one.GetMetadata().GetName(), one.Labels[podNamespaceLabel], one.Labels) &&
			(state == "" || one.State.String() == state) &&
			strings.HasPrefix(one.PodSandboxId, f.pod) && f.hasImage(one) {
			kept = append(kept, one)
		}
	}
	slices.SortStableFunc(kept, func(a, b *cri.Container) int { return cmp.Compare(b.CreatedAt, a.CreatedAt) })
	return kept[:f.count(len(kept))], nil
}

// pods are those that the filter keeps, the newest first.
func (f *filter) pods(all []*cri.PodSandbox) ([]*cri.PodSandbox, error) {
	matches, err := f.matcher()
	if err != nil {
		return nil, err
	}
	state, err := f.checkState(f.state, "SANDBOX_", cri.PodSandboxState_value)
	if err != nil {
		return nil, err
	}
	var kept []*cri.PodSandbox
	for _, one := range all {
		if matches(one.Id, one.GetMetadata().GetName(), one.GetMetadata().GetNamespace(), one.Labels) &&
			(state == "" || one.State.String() == state) {
			kept = append(kept, one)
		}
	}
	slices.SortStableFunc(kept, func(a, b *cri.PodSandbox) int { return cmp.Compare(b.CreatedAt, a.CreatedAt) })
	return kept[:f.count(len(kept))], nil
}

// matcher compiles the part of the filter that containers and pods share.
func (f *filter) matcher() (func(id, name, namespace string, labels map[string]string) bool, error) {
	nameRule, err := regexp.Compile(f.name)
	if err != nil {
		return nil, fmt.Errorf("--name: %w", err)
	}
	namespaceRule, err := regexp.Compile(f.namespace)
	if err != nil {
		return nil, fmt.Errorf("--namespace: %w", err)
	}
	wanted := map[string]string{}
	for _, label := range f.labels {
		key, value, ok := strings.Cut(label, "=")
		if !ok {
			return nil, fmt.Errorf("--label %q is not of the form key=value", label)
		}
		wanted[key] = value
	}
	return func(id, name, namespace string, labels map[string]string) bool {
		for key, value := range wanted {
			if have, ok := labels[key]; !ok || have != value {
				return false
			}
		}
		return strings.HasPrefix(id, f.id) && nameRule.MatchString(name) && namespaceRule.MatchString(namespace)
	}, nil
}

// checkState is the name of a state in the API, or "" for any. The ones made
// last are shown in any state, but a state that does not exist is an error.
func (f *filter) checkState(state, prefix string, states map[string]int32) (string, error) {
	if state == "" {
		return "", nil
	}
	name := prefix + strings.ToUpper(state)
	if _, ok := states[name]; !ok {
		return "", fmt.Errorf("there is no state %q; those there are stand at --state in --help", state)
	}
	if f.latest || f.last > 0 {
		return "", nil
	}
	return name, nil
}

func (f *filter) count(have int) int {
	switch {
	case f.last > 0:
		return min(f.last, have)
	case f.latest:
		return min(1, have)
	default:
		return have
	}
}

// hasImage compares with every name of the image: a runtime may give a
// container's as an id, a digest or a tag.
func (f *containerFilter) hasImage(container *cri.Container) bool {
	if f.image == "" {
		return true
	}
	for _, name := range []string{container.GetImage().GetImage(), container.ImageRef, container.ImageId} {
		if name != "" && slices.Contains(f.imageNames, name) {
			return true
		}
	}
	return false
}

package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// listing is how a list is shown.
type listing struct {
	output         string
	quiet, noTrunc bool
	resolve        bool
}

func (l *listing) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&l.output, "output", "o", "table", "one of table, json or yaml")
	cmd.Flags().BoolVarP(&l.quiet, "quiet", "q", false, "only the ids")
	cmd.Flags().BoolVar(&l.noTrunc, "no-trunc", false, "do not shorten the ids")
}

func (l *listing) id(id string) string {
	if l.noTrunc {
		return id
	}
	return short(id)
}

func newPsCommand(a *app) *cobra.Command {
	var f containerFilter
	var l listing
	cmd := &cobra.Command{
		Use:   "ps",
		Short: "List the running containers, or all with -a",
		Args:  wantNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.listContainers(cmd.Context(), f, l)
		},
	}
	f.addFlags(cmd.Flags())
	l.addFlags(cmd)
	cmd.Flags().BoolVarP(&l.resolve, "resolve-image-path", "r", false, "the name of the image instead of its id")
	return cmd
}

func (a *app) listContainers(ctx context.Context, f containerFilter, l listing) error {
	if err := checkFormat(l.output, "table", "json", "yaml"); err != nil {
		return err
	}
	containers, err := a.containers(ctx, f)
	if err != nil {
		return err
	}
	if l.output != "table" {
		return writeMessage(a.out, l.output, &cri.ListContainersResponse{Containers: containers})
	}
	if l.quiet {
		for _, container := range containers {
			fmt.Fprintln(a.out, container.Id)
		}
		return nil
	}
	names := map[string]string{}
	if l.resolve {
		if names, err = a.imageNames(ctx); err != nil {
			return err
		}
	}
	t := newTable(a.out, "CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD", "NAMESPACE")
	for _, c := range containers {
		image := c.GetImage().GetImage()
		switch {
		case names[image] != "":
			image = names[image]
		case strings.HasPrefix(image, "sha256:"):
			image = l.id(image)
		}
		t.row(l.id(c.Id), image, age(a.now(), c.CreatedAt), stateWord(c.State.String()), c.GetMetadata().GetName(),
			strconv.FormatUint(uint64(c.GetMetadata().GetAttempt()), 10), l.id(c.PodSandboxId),
			first(c.Labels[podNameLabel], "unknown"), first(c.Labels[podNamespaceLabel], "unknown"))
	}
	return t.flush()
}

// containers asks the runtime for all and keeps what the filter keeps.
func (a *app) containers(ctx context.Context, f containerFilter) ([]*cri.Container, error) {
	runtime, err := a.runtime(ctx, 0)
	if err != nil {
		return nil, err
	}
	if f.image != "" {
		images, err := a.images(ctx)
		if err != nil {
			return nil, err
		}
		if f.imageNames, err = namesOf(ctx, images, f.image); err != nil {
			return nil, err
		}
	}
	all, err := runtime.ListContainers(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot list the containers: %w", err)
	}
	return f.containers(all)
}

// imageNames tells the first tag, or else digest, of every image by its id.
func (a *app) imageNames(ctx context.Context) (map[string]string, error) {
	images, err := a.images(ctx)
	if err != nil {
		return nil, err
	}
	all, err := images.ListImages(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot list the images: %w", err)
	}
	names := map[string]string{}
	for _, image := range all {
		if known := slices.Concat(image.RepoTags, image.RepoDigests); len(known) > 0 {
			names[image.Id] = known[0]
		}
	}
	return names, nil
}

// stateWord turns CONTAINER_RUNNING and SANDBOX_NOTREADY into Running, NotReady.
func stateWord(state string) string {
	_, word, _ := strings.Cut(state, "_")
	if word == "NOTREADY" {
		return "NotReady"
	}
	return word[:min(1, len(word))] + strings.ToLower(word[min(1, len(word)):])
}

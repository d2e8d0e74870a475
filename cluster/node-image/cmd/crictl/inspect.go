package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	internalapi "k8s.io/cri-api/pkg/apis"
)

// inspection is how a status is shown.
type inspection struct {
	output, template string
	quiet            bool
}

func (i *inspection) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&i.output, "output", "o", "json", "one of json, yaml or go-template")
	cmd.Flags().StringVar(&i.template, "template", "", "the Go template, such as '{{.status.state}}'")
	cmd.Flags().BoolVarP(&i.quiet, "quiet", "q", false, "leave out the runtime's own information")
}

// write shows one status as an object and several as a list.
func (i *inspection) write(a *app, statuses []any) error {
	if i.template != "" {
		i.output = "go-template"
	}
	var value any = statuses
	if len(statuses) == 1 {
		value = statuses[0]
	}
	return writeValue(a.out, i.output, i.template, value)
}

func newInspectCommand(a *app) *cobra.Command {
	var f containerFilter
	var i inspection
	cmd := &cobra.Command{
		Use:   "inspect [CONTAINER-ID...]",
		Short: "Tell the status of containers: of those named, or else of those that the flags select",
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.inspectContainers(cmd.Context(), ids, f, i)
		},
	}
	f.addFlags(cmd.Flags())
	i.addFlags(cmd)
	return cmd
}

func (a *app) inspectContainers(ctx context.Context, ids []string, f containerFilter, i inspection) error {
	all := func() (ids []string, err error) {
		containers, err := a.containers(ctx, f)
		for _, container := range containers {
			ids = append(ids, container.Id)
		}
		return ids, err
	}
	one := func(runtime internalapi.RuntimeService, given string) (any, error) {
		container, err := findContainer(ctx, runtime, given)
		if err != nil {
			return nil, err
		}
		reply, err := runtime.ContainerStatus(ctx, container.Id, !i.quiet)
		if err != nil {
			return nil, fmt.Errorf("cannot inspect container %q: %w", given, err)
		}
		return statusOf(reply.Status, reply.Info, "createdAt", "startedAt", "finishedAt")
	}
	return a.inspectEach(ctx, ids, i, all, one, "container", listContainers)
}

// inspectEach shows the statuses of the objects that were named, or else of all that the flags select.
func (a *app) inspectEach(
	ctx context.Context, ids []string, i inspection, all func() ([]string, error),
	one func(internalapi.RuntimeService, string) (any, error), kind, list string,
) error {
	if err := checkFormat(i.output, "json", "yaml", "go-template"); err != nil {
		return err
	}
	runtime, err := a.runtime(ctx, 0)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		if ids, err = all(); err != nil {
			return err
		}
	}
	var statuses []any
	for _, given := range ids {
		status, err := one(runtime, given)
		if err != nil {
			return err
		}
		statuses = append(statuses, status)
	}
	return i.writeSome(a, statuses, kind, list)
}

func newInspectPodCommand(a *app) *cobra.Command {
	var f filter
	var i inspection
	cmd := &cobra.Command{
		Use:   "inspectp [POD-ID...]",
		Short: "Tell the status of pods: of those named, or else of those that the flags select",
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.inspectPods(cmd.Context(), ids, f, i)
		},
	}
	f.addFlags(cmd.Flags(), "ready or notready")
	i.addFlags(cmd)
	return cmd
}

func (a *app) inspectPods(ctx context.Context, ids []string, f filter, i inspection) error {
	all := func() (ids []string, err error) {
		pods, err := a.pods(ctx, f)
		for _, pod := range pods {
			ids = append(ids, pod.Id)
		}
		return ids, err
	}
	one := func(runtime internalapi.RuntimeService, given string) (any, error) {
		pod, err := findPod(ctx, runtime, given)
		if err != nil {
			return nil, err
		}
		reply, err := runtime.PodSandboxStatus(ctx, pod.Id, !i.quiet)
		if err != nil {
			return nil, fmt.Errorf("cannot inspect pod %q: %w", given, err)
		}
		return statusOf(reply.Status, reply.Info, "createdAt")
	}
	return a.inspectEach(ctx, ids, i, all, one, "pod", listPods)
}

func newInspectImageCommand(a *app) *cobra.Command {
	var i inspection
	cmd := &cobra.Command{
		Use:   "inspecti IMAGE...",
		Short: "Tell the status of images, named by a tag, a digest or an id",
		Args:  wantIDs("an image", listImages),
		RunE: func(cmd *cobra.Command, names []string) error {
			return a.inspectImages(cmd.Context(), names, i)
		},
	}
	i.addFlags(cmd)
	return cmd
}

func (a *app) inspectImages(ctx context.Context, names []string, i inspection) error {
	if err := checkFormat(i.output, "json", "yaml", "go-template"); err != nil {
		return err
	}
	service, err := a.images(ctx)
	if err != nil {
		return err
	}
	var statuses []any
	for _, given := range names {
		reply, err := findImage(ctx, service, given, !i.quiet)
		if err != nil {
			return err
		}
		status, err := statusOf(reply.Image, reply.Info)
		if err != nil {
			return err
		}
		statuses = append(statuses, status)
	}
	return i.write(a, statuses)
}

func (i *inspection) writeSome(a *app, statuses []any, kind, list string) error {
	if len(statuses) == 0 {
		return fmt.Errorf("no %s to inspect: give an id; list them with: %s", kind, list)
	}
	return i.write(a, statuses)
}

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	internalapi "k8s.io/cri-api/pkg/apis"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func newStopCommand(a *app) *cobra.Command {
	var grace int64
	cmd := &cobra.Command{
		Use:   "stop CONTAINER-ID...",
		Short: "Stop running containers",
		Args:  wantIDs("a container", listContainers),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.each(cmd.Context(), ids, func(runtime internalapi.RuntimeService, id string) error {
				return a.stopContainer(cmd.Context(), runtime, id, grace)
			})
		},
	}
	cmd.Flags().Int64VarP(&grace, "timeout", "t", 0, "how many `seconds` to let it end by itself")
	return cmd
}

func newRemoveCommand(a *app) *cobra.Command {
	var force, all bool
	cmd := &cobra.Command{
		Use:   "rm CONTAINER-ID...",
		Short: "Remove stopped containers",
		Args:  unlessAll(&all, wantIDs("a container", listContainers)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if all {
				containers, err := a.containers(cmd.Context(), containerFilter{all: true})
				if err != nil {
					return err
				}
				ids = nil
				for _, container := range containers {
					ids = append(ids, container.Id)
				}
			}
			return a.each(cmd.Context(), ids, func(runtime internalapi.RuntimeService, id string) error {
				return a.removeContainer(cmd.Context(), runtime, id, force)
			})
		},
	}
	cmd.Flags().BoolVarP(&force, "force", "f", false, "stop it first when it runs")
	cmd.Flags().BoolVarP(&all, "all", "a", false, "every container")
	return cmd
}

func newStopPodCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "stopp POD-ID...",
		Short: "Stop pods and their containers",
		Args:  wantIDs("a pod", listPods),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.each(cmd.Context(), ids, func(runtime internalapi.RuntimeService, id string) error {
				pod, err := findPod(cmd.Context(), runtime, id)
				if err != nil {
					return err
				}
				return a.stopPod(cmd.Context(), runtime, pod, id)
			})
		},
	}
}

func newRemovePodCommand(a *app) *cobra.Command {
	var force, all bool
	cmd := &cobra.Command{
		Use:   "rmp POD-ID...",
		Short: "Remove stopped pods and their containers",
		Args:  unlessAll(&all, wantIDs("a pod", listPods)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if all {
				pods, err := a.pods(cmd.Context(), filter{})
				if err != nil {
					return err
				}
				ids = nil
				for _, pod := range pods {
					ids = append(ids, pod.Id)
				}
			}
			return a.each(cmd.Context(), ids, func(runtime internalapi.RuntimeService, id string) error {
				return a.removePod(cmd.Context(), runtime, id, force)
			})
		},
	}
	cmd.Flags().BoolVarP(&force, "force", "f", false, "stop it first when it is ready")
	cmd.Flags().BoolVarP(&all, "all", "a", false, "every pod")
	return cmd
}

// each does something with every id, goes on after a failure, and joins them.
func (a *app) each(ctx context.Context, ids []string, do func(internalapi.RuntimeService, string) error) error {
	runtime, err := a.runtime(ctx, slowTimeout)
	if err != nil {
		return err
	}
	var failures []error
	for _, id := range ids {
		failures = append(failures, do(runtime, id))
	}
	return errors.Join(failures...)
}

func unlessAll(all *bool, rule cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if *all {
			return nil
		}
		return rule(cmd, args)
	}
}

func (a *app) stopContainer(ctx context.Context, runtime internalapi.RuntimeService, given string, grace int64) error {
	container, err := findContainer(ctx, runtime, given)
	if err != nil {
		return err
	}
	if err := runtime.StopContainer(ctx, container.Id, grace); err != nil {
		return fmt.Errorf("cannot stop container %q: %w", given, err)
	}
	fmt.Fprintln(a.out, given)
	return nil
}

func (a *app) removeContainer(ctx context.Context, runtime internalapi.RuntimeService, given string, force bool) error {
	container, err := findContainer(ctx, runtime, given)
	if err != nil {
		return err
	}
	if container.State == cri.ContainerState_CONTAINER_RUNNING {
		if !force {
			return fmt.Errorf("container %q is running; stop it first: crictl stop %s", given, given)
		}
		if err := runtime.StopContainer(ctx, container.Id, 0); err != nil {
			return fmt.Errorf("cannot stop container %q: %w", given, err)
		}
	}
	if err := runtime.RemoveContainer(ctx, container.Id); err != nil {
		return fmt.Errorf("cannot remove container %q: %w", given, err)
	}
	fmt.Fprintln(a.out, given)
	return nil
}

func (a *app) stopPod(ctx context.Context, runtime internalapi.RuntimeService, pod *cri.PodSandbox, given string) error {
	if err := runtime.StopPodSandbox(ctx, pod.Id); err != nil {
		return fmt.Errorf("cannot stop pod %q: %w", given, err)
	}
	fmt.Fprintf(a.out, "Stopped sandbox %s\n", given)
	return nil
}

func (a *app) removePod(ctx context.Context, runtime internalapi.RuntimeService, given string, force bool) error {
	pod, err := findPod(ctx, runtime, given)
	if err != nil {
		return err
	}
	if pod.State == cri.PodSandboxState_SANDBOX_READY {
		if !force {
			return fmt.Errorf("pod %q is ready; stop it first: crictl stopp %s", given, given)
		}
		if err := a.stopPod(ctx, runtime, pod, given); err != nil {
			return err
		}
	}
	if err := runtime.RemovePodSandbox(ctx, pod.Id); err != nil {
		return fmt.Errorf("cannot remove pod %q: %w", given, err)
	}
	fmt.Fprintf(a.out, "Removed sandbox %s\n", given)
	return nil
}

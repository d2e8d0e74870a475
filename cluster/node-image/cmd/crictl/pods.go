package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func newPodsCommand(a *app) *cobra.Command {
	var f filter
	var l listing
	cmd := &cobra.Command{
		Use:   "pods",
		Short: "List the pods",
		Args:  wantNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.listPods(cmd.Context(), f, l)
		},
	}
	f.addFlags(cmd.Flags(), "ready or notready")
	l.addFlags(cmd)
	return cmd
}

func (a *app) listPods(ctx context.Context, f filter, l listing) error {
	if err := checkFormat(l.output, "table", "json", "yaml"); err != nil {
		return err
	}
	pods, err := a.pods(ctx, f)
	if err != nil {
		return err
	}
	if l.output != "table" {
		return writeMessage(a.out, l.output, &cri.ListPodSandboxResponse{Items: pods})
	}
	if l.quiet {
		for _, pod := range pods {
			fmt.Fprintln(a.out, pod.Id)
		}
		return nil
	}
	t := newTable(a.out, "POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME")
	for _, pod := range pods {
		t.row(l.id(pod.Id), age(a.now(), pod.CreatedAt), stateWord(pod.State.String()), pod.GetMetadata().GetName(),
			pod.GetMetadata().GetNamespace(), strconv.FormatUint(uint64(pod.GetMetadata().GetAttempt()), 10),
			first(pod.RuntimeHandler, "(default)"))
	}
	return t.flush()
}

// pods asks the runtime for all and keeps what the filter keeps.
func (a *app) pods(ctx context.Context, f filter) ([]*cri.PodSandbox, error) {
	runtime, err := a.runtime(ctx, 0)
	if err != nil {
		return nil, err
	}
	all, err := runtime.ListPodSandbox(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot list the pods: %w", err)
	}
	return f.pods(all)
}

package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	internalapi "k8s.io/cri-api/pkg/apis"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-client/pkg/logs"
)

// logRequest is the flags of crictl logs; a negative number means no limit.
type logRequest struct {
	follow, timestamps, previous bool
	tail, limitBytes             int64
	since                        string
}

func newLogsCommand(a *app) *cobra.Command {
	var r logRequest
	cmd := &cobra.Command{
		Use:   "logs CONTAINER-ID",
		Short: "Show what a container has written",
		Args:  wantIDs("a container", listContainers),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.showLogs(cmd.Context(), args, r)
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&r.follow, "follow", "f", false, "go on with what it writes from now on")
	flags.Int64Var(&r.tail, "tail", -1, "only the last `lines` of it")
	flags.Int64Var(&r.limitBytes, "limit-bytes", -1, "no more than this many `bytes`")
	flags.StringVar(&r.since, "since", "", "only from this `time` on, as 42m (ago), 2026-01-31T13:00:00Z or seconds since 1970")
	flags.BoolVarP(&r.timestamps, "timestamps", "t", false, "put the time before every line")
	flags.BoolVarP(&r.previous, "previous", "p", false, "of the attempt before this one")
	return cmd
}

func (a *app) showLogs(ctx context.Context, ids []string, r logRequest) error {
	options, err := r.options(a.now())
	if err != nil {
		return err
	}
	runtime, err := a.runtime(ctx, 0)
	if err != nil {
		return err
	}
	if len(ids) > 1 {
		fmt.Fprintf(a.errOut, "W: %d ids were given; these are the logs of the first: %s\n", len(ids), ids[0])
	}
	container, err := findContainer(ctx, runtime, ids[0])
	if err != nil {
		return err
	}
	if r.previous {
		if container, err = previousAttempt(ctx, runtime, container); err != nil {
			return err
		}
	}
	reply, err := runtime.ContainerStatus(ctx, container.Id, false)
	if err != nil {
		return fmt.Errorf("cannot look at container %q: %w", ids[0], err)
	}
	path := reply.GetStatus().GetLogPath()
	if path == "" {
		return fmt.Errorf("container %q has no log file", ids[0])
	}
	if err := logs.ReadLogs(ctx, path, container.Id, options, runtime, a.out, a.errOut); err != nil {
		return fmt.Errorf("cannot show the logs of container %q: %w", ids[0], err)
	}
	return nil
}

// options are the request in the form of the log reader.
func (r logRequest) options(now time.Time) (*logs.LogOptions, error) {
	options := &logs.LogOptions{Follow: r.follow, Timestamp: r.timestamps}
	if r.tail >= 0 {
		options.TailLines = &r.tail
	}
	if r.limitBytes >= 0 {
		options.LimitBytes = &r.limitBytes
	}
	if r.since == "" {
		return options, nil
	}
	var err error
	options.Since, err = parseSince(r.since, now)
	return options, err
}

// parseSince reads a time of the past: a duration back from now, seconds since
// 1970, or a date, which is local time when it does not name its zone.
func parseSince(text string, now time.Time) (time.Time, error) {
	if ago, err := time.ParseDuration(text); err == nil {
		return now.Add(-ago), nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return time.Unix(0, int64(seconds*float64(time.Second))), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if moment, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return moment, nil
		}
	}
	return time.Time{}, fmt.Errorf("--since %q is not a time such as 42m or 2026-01-31T13:00:00Z", text)
}

// previousAttempt is the container that this one took the place of.
func previousAttempt(
	ctx context.Context, runtime internalapi.RuntimeService, container *cri.Container,
) (*cri.Container, error) {
	all, err := runtime.ListContainers(ctx, &cri.ContainerFilter{PodSandboxId: container.PodSandboxId})
	if err != nil {
		return nil, err
	}
	var found *cri.Container
	for _, other := range all {
		if other.PodSandboxId == container.PodSandboxId &&
			other.GetMetadata().GetName() == container.GetMetadata().GetName() &&
			other.GetMetadata().GetAttempt() < container.GetMetadata().GetAttempt() &&
			other.GetMetadata().GetAttempt() >= found.GetMetadata().GetAttempt() {
			found = other
		}
	}
	if found == nil {
		return nil, fmt.Errorf("container %q has no previous attempt in its pod; see: %s --name %s",
			short(container.Id), listContainers, container.GetMetadata().GetName())
	}
	return found, nil
}

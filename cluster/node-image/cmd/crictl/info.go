package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

func newVersionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Tell the version of the container runtime",
		Args:  wantNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			runtime, err := a.runtime(cmd.Context(), 0)
			if err != nil {
				return err
			}
			reply, err := runtime.Version(cmd.Context(), "v1")
			if err != nil {
				return fmt.Errorf("cannot tell the runtime's version: %w", err)
			}
			fmt.Fprintf(a.out, "Version:  %s\nRuntimeName:  %s\nRuntimeVersion:  %s\nRuntimeApiVersion:  %s\n",
				reply.Version, reply.RuntimeName, reply.RuntimeVersion, reply.RuntimeApiVersion)
			return nil
		},
	}
}

func newInfoCommand(a *app) *cobra.Command {
	var i inspection
	cmd := &cobra.Command{
		Use:   "info",
		Short: "Tell the state and the configuration of the container runtime",
		Args:  wantNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runtimeInfo(cmd.Context(), i)
		},
	}
	i.addFlags(cmd)
	return cmd
}

func (a *app) runtimeInfo(ctx context.Context, i inspection) error {
	if err := checkFormat(i.output, "json", "yaml", "go-template"); err != nil {
		return err
	}
	runtime, err := a.runtime(ctx, 0)
	if err != nil {
		return err
	}
	reply, err := runtime.Status(ctx, !i.quiet)
	if err != nil {
		return fmt.Errorf("cannot tell the runtime's state: %w", err)
	}
	answer, err := statusOf(reply.Status, reply.Info)
	if err != nil {
		return err
	}
	// These two keep the API's own snake_case names, as in the tool of cri-tools.
	if len(reply.RuntimeHandlers) > 0 {
		if answer["runtimeHandlers"], err = plain(reply.RuntimeHandlers); err != nil {
			return err
		}
	}
	if reply.Features != nil {
		if answer["features"], err = plain(reply.Features); err != nil {
			return err
		}
	}
	return i.write(a, []any{answer})
}

func plain(value any) (any, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return decode(data)
}

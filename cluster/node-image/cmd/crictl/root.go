package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// newRootCommand is the whole command tree, its output and errors going to a's.
func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "crictl",
		Short:         "Look at the containers, pods and images of a CRI container runtime",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		// -r, -i, -c and -t mean something else after a command's name, so the
		// global flags are the root's own and stand before it.
		TraverseChildren:  true,
		Args:              cobra.ArbitraryArgs,
		CompletionOptions: cobra.CompletionOptions{DisableDescriptions: true},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.errOut)
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see: %s --help", err, cmd.CommandPath())
	})
	a.options.addFlags(root.Flags())
	root.AddCommand(
		newPsCommand(a), newPodsCommand(a), newImagesCommand(a), newLogsCommand(a), newExecCommand(a),
		newInspectCommand(a), newInspectPodCommand(a), newInspectImageCommand(a),
		newStopCommand(a), newRemoveCommand(a), newStopPodCommand(a), newRemovePodCommand(a),
		newRemoveImageCommand(a), newPullCommand(a), newVersionCommand(a), newInfoCommand(a),
	)
	for _, command := range root.Commands() {
		command.ValidArgsFunction = cobra.NoFileCompletions
	}
	return root
}

func unknownCommand(root *cobra.Command, name string) error {
	message := fmt.Sprintf("there is no command %q", name)
	if near := root.SuggestionsFor(name); len(near) > 0 {
		message += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return errors.New(message + " (all commands: crictl --help)")
}

// version tells which release of the CRI client library is compiled in.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, module := range info.Deps {
		if module.Path == "k8s.io/cri-client" {
			if module.Replace != nil {
				module = module.Replace
			}
			return module.Version + " (cks-lab)"
		}
	}
	return "unknown"
}

// wantIDs is the argument rule of a command that takes one id or more.
func wantIDs(what, list string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		for _, arg := range args {
			if arg == "" {
				args = nil
			}
		}
		if len(args) == 0 {
			return fmt.Errorf("%s needs the id of %s; list them with: %s", cmd.CommandPath(), what, list)
		}
		return nil
	}
}

// wantNone is the argument rule of a command that takes flags only.
func wantNone(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no argument such as %q; its flags: %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}

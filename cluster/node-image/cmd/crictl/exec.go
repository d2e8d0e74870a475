package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// execRequest is the flags of crictl exec; the timeout, in seconds, is --sync's.
type execRequest struct {
	stdin, tty, sync bool
	timeout          int64
}

func newExecCommand(a *app) *cobra.Command {
	var r execRequest
	cmd := &cobra.Command{
		Use:   "exec CONTAINER-ID COMMAND [ARGUMENT...]",
		Short: "Run a command in a running container",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 || args[0] == "" {
				return fmt.Errorf("%s needs the id of a container and a command, such as: %s -it ID sh", cmd.CommandPath(), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.exec(cmd.Context(), args[0], args[1:], r)
		},
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false)
	flags.BoolVarP(&r.stdin, "interactive", "i", false, "give it this standard input")
	flags.BoolVarP(&r.tty, "tty", "t", false, "give it a terminal; needs -i")
	flags.BoolVarP(&r.sync, "sync", "s", false, "wait for its end, then show all that it wrote")
	flags.Int64Var(&r.timeout, "timeout", 0, "with --sync: end it after this many `seconds`")
	return cmd
}

func (a *app) exec(ctx context.Context, given string, command []string, r execRequest) error {
	runtime, err := a.runtime(ctx, 0)
	if err != nil {
		return err
	}
	container, err := findContainer(ctx, runtime, given)
	if err != nil {
		return err
	}
	if r.sync {
		stdout, stderr, err := runtime.ExecSync(ctx, container.Id, command, time.Duration(r.timeout)*time.Second)
		_, _ = a.out.Write(stdout)
		_, _ = a.errOut.Write(stderr)
		return inContainer(given, err)
	}
	terminal := int(os.Stdin.Fd())
	if r.tty && !r.stdin {
		return errors.New("-t needs -i too: crictl exec -it ...")
	}
	if r.tty && !term.IsTerminal(terminal) {
		return errors.New("standard input is not a terminal; leave out -t")
	}
	reply, err := runtime.Exec(ctx, &cri.ExecRequest{
		ContainerId: container.Id, Cmd: command, Tty: r.tty, Stdin: r.stdin, Stdout: true, Stderr: !r.tty,
	})
	if err != nil {
		return inContainer(given, err)
	}
	streams := remotecommand.StreamOptions{Stdout: a.out, Stderr: a.errOut, Tty: r.tty}
	if r.stdin {
		streams.Stdin = a.in
	}
	if r.tty {
		streams.Stderr = nil
		streams.TerminalSizeQueue = watchSize(terminal)
		state, err := term.MakeRaw(terminal)
		if err != nil {
			return fmt.Errorf("cannot set the terminal up: %w", err)
		}
		defer func() { _ = term.Restore(terminal, state) }()
	}
	return inContainer(given, stream(ctx, reply.Url, streams))
}

// inContainer tells where a command failed. That it ran and ended with an exit
// code reads alike on both ways to run it.
func inContainer(given string, err error) error {
	if err == nil {
		return nil
	}
	var ended interface{ ExitStatus() int }
	if errors.As(err, &ended) {
		err = fmt.Errorf("command terminated with exit code %d", ended.ExitStatus())
	}
	return fmt.Errorf("in container %q: %w", short(given), err)
}

// stream connects the streams to the address that the runtime opened for them.
func stream(ctx context.Context, address string, streams remotecommand.StreamOptions) error {
	target, err := url.Parse(address)
	if err != nil {
		return err
	}
	executor, err := remotecommand.NewSPDYExecutor(&rest.Config{}, "POST", target)
	if err != nil {
		return err
	}
	return executor.StreamWithContext(ctx, streams)
}

// sizes tells the terminal's size at first and whenever it changes.
type sizes struct {
	terminal int
	changed  chan os.Signal
}

func watchSize(terminal int) sizes {
	s := sizes{terminal, make(chan os.Signal, 1)}
	s.changed <- syscall.SIGWINCH
	signal.Notify(s.changed, syscall.SIGWINCH)
	return s
}

// Next waits for a change; nil ends the watch.
func (s sizes) Next() *remotecommand.TerminalSize {
	<-s.changed
	width, height, err := term.GetSize(s.terminal)
	if err != nil {
		return nil
	}
	return &remotecommand.TerminalSize{Width: uint16(width), Height: uint16(height)}
}

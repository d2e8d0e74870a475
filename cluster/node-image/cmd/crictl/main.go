// Command crictl looks at the containers, pods and images of a CRI runtime. It
// takes the commands and flags of the cri-tools program of that name which a
// learner needs on a node, and prints what that one prints; see crictl --help.
package main

import (
	"context"
	"os"

	"k8s.io/klog/v2"
)

func main() {
	// The client library logs an error before it returns it: it would be told twice.
	klog.SetLogger(klog.Logger{})
	os.Exit(run(context.Background(), newApp(), os.Args[1:]))
}

// run does one command line and returns the exit code: 0, or 1 after an error.
func run(ctx context.Context, a *app, args []string) int {
	root := newRootCommand(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	a.close(ctx)
	if err == nil {
		return 0
	}
	a.report(err)
	return 1
}

package main

import (
	"context"
	"io"
	"os"
	"time"

	internalapi "k8s.io/cri-api/pkg/apis"
	criclient "k8s.io/cri-client/pkg"
)

// slowTimeout is how long a request may take that waits for processes to end.
const slowTimeout = 2 * time.Minute

// app is what the commands share: the streams, the global options, and the
// connections, which are made when a command first asks for them.
type app struct {
	in          io.Reader
	out, errOut io.Writer
	options     options
	getenv      func(string) string
	now         func() time.Time

	settings settings
	runtimes internalapi.RuntimeService
	imageSrv internalapi.ImageManagerService
}

func newApp() *app {
	return &app{in: os.Stdin, out: os.Stdout, errOut: os.Stderr, getenv: os.Getenv, now: time.Now}
}

// runtime connects to the runtime service; atLeast (may be 0) widens the time a
// request may take, unless the learner gave --timeout.
func (a *app) runtime(ctx context.Context, atLeast time.Duration) (internalapi.RuntimeService, error) {
	if a.runtimes != nil {
		return a.runtimes, nil
	}
	if err := a.settle(); err != nil {
		return nil, err
	}
	timeout := a.settings.timeout
	if a.options.timeout == "" {
		timeout = max(timeout, atLeast)
	}
	service, err := criclient.NewRemoteRuntimeService(ctx, a.settings.runtime, timeout, nil, false)
	if err != nil {
		return nil, connectError{a.settings.runtime, timeout, err}
	}
	a.runtimes = service
	return service, nil
}

// images connects to the image service.
func (a *app) images(ctx context.Context) (internalapi.ImageManagerService, error) {
	if a.imageSrv != nil {
		return a.imageSrv, nil
	}
	if err := a.settle(); err != nil {
		return nil, err
	}
	service, err := criclient.NewRemoteImageService(ctx, a.settings.image, a.settings.timeout, nil, false)
	if err != nil {
		return nil, connectError{a.settings.image, a.settings.timeout, err}
	}
	a.imageSrv = service
	return service, nil
}

func (a *app) settle() (err error) {
	a.settings, err = a.options.resolve(a.getenv)
	return err
}

// close ends the connections; an error of it would tell the learner nothing.
func (a *app) close(ctx context.Context) {
	if a.runtimes != nil {
		_ = a.runtimes.Close(ctx)
	}
	if a.imageSrv != nil {
		_ = a.imageSrv.Close(ctx)
	}
}

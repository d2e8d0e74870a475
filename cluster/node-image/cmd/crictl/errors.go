package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// connectError is a runtime that could not be reached at an address.
type connectError struct {
	endpoint string
	timeout  time.Duration
	cause    error
}

func (e connectError) Unwrap() error { return e.cause }

func (e connectError) Error() string {
	const next = "look at it with: systemctl status containerd"
	reply, ok := rpcReply(e.cause)
	if !ok {
		return fmt.Sprintf("cannot use the container runtime at %s: %v", e.endpoint, e.cause)
	}
	switch message := reply.GRPCStatus().Message(); reply.GRPCStatus().Code() {
	case codes.Unavailable:
		// The reason stands at the end: ...: dial unix PATH: connect: no such file or directory"
		reason := strings.Trim(message[strings.LastIndex(message, ": ")+1:], ` "`)
		return fmt.Sprintf("cannot reach the container runtime at %s (%s); %s", e.endpoint, reason, next)
	case codes.DeadlineExceeded:
		return fmt.Sprintf("the container runtime at %s did not answer within %v; %s", e.endpoint, e.timeout, next)
	case codes.Unimplemented:
		return fmt.Sprintf("what listens at %s does not speak the CRI v1 API (%s)", e.endpoint, message)
	default:
		return fmt.Sprintf("the container runtime at %s refused: %s", e.endpoint, message)
	}
}

// grpcError is an error that came as the answer to a request.
type grpcError interface {
	error
	GRPCStatus() *status.Status
}

func rpcReply(err error) (grpcError, bool) {
	var reply grpcError
	ok := errors.As(err, &reply)
	return reply, ok
}

// report writes every error that err consists of, one line each.
func (a *app) report(err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			a.report(one)
		}
		return
	}
	fmt.Fprintln(a.errOut, "E: "+sentence(err))
}

// sentence is an error on one line, without the wrapping of its transport.
func sentence(err error) string {
	text := err.Error()
	if reply, ok := rpcReply(err); ok {
		plain := reply.GRPCStatus().Message()
		if reply.GRPCStatus().Code() == codes.DeadlineExceeded {
			plain = "the container runtime did not answer in time (longer: crictl --timeout 1m ...)"
		}
		text = strings.Replace(text, reply.Error(), plain, 1)
	}
	return strings.Join(strings.Fields(text), " ")
}

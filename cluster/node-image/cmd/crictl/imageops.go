package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	internalapi "k8s.io/cri-api/pkg/apis"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func newPullCommand(a *app) *cobra.Command {
	var credentials string
	cmd := &cobra.Command{
		Use:   "pull NAME[:TAG|@DIGEST]",
		Short: "Fetch an image from its registry",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return fmt.Errorf("%s needs the name of one image, such as nginx:1.27", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.pull(cmd.Context(), args[0], credentials)
		},
	}
	cmd.Flags().StringVar(&credentials, "creds", "", "`USER[:PASSWORD]` for the registry")
	return cmd
}

func (a *app) pull(ctx context.Context, name, credentials string) error {
	service, err := a.images(ctx)
	if err != nil {
		return err
	}
	var login *cri.AuthConfig
	if credentials != "" {
		user, password, _ := strings.Cut(credentials, ":")
		login = &cri.AuthConfig{Username: user, Password: password}
	}
	reference, err := service.PullImage(ctx, &cri.ImageSpec{Image: name}, login, nil)
	if err != nil {
		return fmt.Errorf("cannot pull image %q: %w", name, err)
	}
	fmt.Fprintf(a.out, "Image is up to date for %s\n", reference)
	return nil
}

func newRemoveImageCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rmi IMAGE...",
		Short: "Remove images, each with all of its tags",
		Args:  wantIDs("an image", listImages),
		RunE: func(cmd *cobra.Command, names []string) error {
			service, err := a.images(cmd.Context())
			if err != nil {
				return err
			}
			var failures []error
			for _, name := range names {
				failures = append(failures, a.removeImage(cmd.Context(), service, name))
			}
			return errors.Join(failures...)
		},
	}
}

func (a *app) removeImage(ctx context.Context, service internalapi.ImageManagerService, given string) error {
	reply, err := findImage(ctx, service, given, false)
	if err != nil {
		return err
	}
	image := reply.Image
	if err := service.RemoveImage(ctx, &cri.ImageSpec{Image: image.Id}); err != nil {
		return fmt.Errorf("cannot remove image %q: %w", given, err)
	}
	names := image.RepoTags
	if len(names) == 0 {
		names = image.RepoDigests
	}
	for _, name := range names {
		fmt.Fprintf(a.out, "Deleted: %s\n", name)
	}
	return nil
}

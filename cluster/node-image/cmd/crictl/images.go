package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"
	internalapi "k8s.io/cri-api/pkg/apis"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const none = "<none>"

func newImagesCommand(a *app) *cobra.Command {
	var l listing
	var digests bool
	cmd := &cobra.Command{
		Use:     "images [REPOSITORY[:TAG]]",
		Aliases: []string{"image", "img"},
		Short:   "List the images",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.listImages(cmd.Context(), strings.Join(args, ""), l, digests)
		},
	}
	l.addFlags(cmd)
	cmd.Flags().BoolVar(&digests, "digests", false, "the digests too")
	return cmd
}

func (a *app) listImages(ctx context.Context, name string, l listing, digests bool) error {
	if err := checkFormat(l.output, "table", "json", "yaml"); err != nil {
		return err
	}
	service, err := a.images(ctx)
	if err != nil {
		return err
	}
	images, err := service.ListImages(ctx, nil)
	if err != nil {
		return fmt.Errorf("cannot list the images: %w", err)
	}
	images = slices.DeleteFunc(images, func(image *cri.Image) bool { return !isNamed(image, name) })
	slices.SortStableFunc(images, func(a, b *cri.Image) int { return strings.Compare(sortKey(a), sortKey(b)) })
	if l.output != "table" {
		return writeMessage(a.out, l.output, &cri.ListImagesResponse{Images: images})
	}
	if l.quiet {
		for _, image := range images {
			fmt.Fprintln(a.out, image.Id)
		}
		return nil
	}
	return a.imageTable(images, l, digests)
}

func (a *app) imageTable(images []*cri.Image, l listing, digests bool) error {
	header := []string{"IMAGE", "TAG", "IMAGE ID", "SIZE"}
	if digests {
		header = slices.Insert(header, 2, "DIGEST")
	}
	t := newTable(a.out, header...)
	for _, image := range images {
		repository, digest := firstDigest(image)
		for _, tag := range tags(image, repository) {
			cells := []string{tag.repository, tag.tag, l.id(image.Id), units.HumanSizeWithPrecision(float64(image.Size), 3)}
			if digests {
				cells = slices.Insert(cells, 2, l.id(digest))
			}
			t.row(cells...)
		}
	}
	return t.flush()
}

type repoTag struct{ repository, tag string }

// tags are the names of an image, a line of the table each. One that came by
// its digest has no tag, and the repository of the digest stands for it.
func tags(image *cri.Image, repository string) []repoTag {
	if len(image.RepoTags) == 0 {
		return []repoTag{{repository, none}}
	}
	var all []repoTag
	for _, name := range image.RepoTags {
		// A registry's port is before the last slash and is no tag.
		tag := repoTag{name, none}
		if at := strings.LastIndex(name, ":"); at > strings.LastIndex(name, "/") {
			tag = repoTag{name[:at], name[at+1:]}
		}
		if tag.repository == none {
			tag.repository = repository
		}
		all = append(all, tag)
	}
	return all
}

func firstDigest(image *cri.Image) (repository, digest string) {
	if len(image.RepoDigests) > 0 {
		if repository, digest, ok := strings.Cut(image.RepoDigests[0], "@"); ok {
			return repository, digest
		}
	}
	return none, none
}

// isNamed tells whether name means this image: the beginning of its id, or its
// repository with or without a tag, from whichever slash on. The empty name
// means every image.
func isNamed(image *cri.Image, name string) bool {
	if name == "" || strings.HasPrefix(strings.TrimPrefix(image.Id, "sha256:"), strings.TrimPrefix(name, "sha256:")) {
		return true
	}
	repository, digest := firstDigest(image)
	known := []string{repository + "@" + digest}
	for _, tag := range tags(image, repository) {
		known = append(known, tag.repository, tag.repository+":"+tag.tag)
	}
	return slices.ContainsFunc(known, func(one string) bool { return strings.HasSuffix("/"+one, "/"+name) })
}

// namesOf is every id, tag and digest of the images that name means. It fails
// when there is no such image.
func namesOf(ctx context.Context, service internalapi.ImageManagerService, name string) ([]string, error) {
	images, err := service.ListImages(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot list the images: %w", err)
	}
	var names []string
	for _, image := range images {
		if isNamed(image, name) {
			names = slices.Concat(names, []string{image.Id}, image.RepoTags, image.RepoDigests)
		}
	}
	if names == nil {
		return nil, fmt.Errorf("image %q not found; list the images with: %s", name, listImages)
	}
	return names, nil
}

func sortKey(image *cri.Image) string {
	return slices.Concat(image.RepoTags, image.RepoDigests, []string{image.Id})[0]
}

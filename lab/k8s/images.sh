#!/usr/bin/env bash
# Prints a line for each image that has a tag: its name, its manifest digest, its config digest. The last stands in the
# manifest, and for an image of several platforms in this platform's manifest.
architecture=$(dpkg --print-architecture)
ctr -n k8s.io images ls | awk 'NR > 1 && $1 !~ /@|^sha256:/ {print $1, $3}' | while read -r name target; do
    manifest=$(ctr -n k8s.io content get "$target")
    own=$(jq -r --arg a "$architecture" '.manifests[]? | select(.platform.architecture == $a) | .digest' \
        <<<"$manifest" | head -n 1)
    [ -z "$own" ] || manifest=$(ctr -n k8s.io content get "$own")
    echo "$name $target $(jq -r '.config.digest // empty' <<<"$manifest")"
done

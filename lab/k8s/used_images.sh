#!/usr/bin/env bash
# Prints the ids of the images that containers have, those that have ended too. A sandbox that is not ready belongs to a
# pod that is gone.
mapfile -t ready < <(crictl pods --state Ready -q)
crictl ps -a -o json | jq -r --args '
    .containers[] | select(.podSandboxId | IN($ARGS.positional[])) | .imageRef' "${ready[@]}"

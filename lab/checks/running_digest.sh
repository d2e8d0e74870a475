#!/usr/bin/env bash
# Tells of each running container with the name $1, in JSON: the image that its pod asked for, the id of the image that
# it was made from, and its process.
set -o pipefail
ids=$(crictl ps -q --state Running --name "^$1$") || exit 5
for id in $ids; do
    crictl inspect -o json "$id" | jq -c '{
        asked: (.info.config.image.user_specified_image // .status.image.userSpecifiedImage),
        id: ([.info.config.image.image, .status.imageId] | map(select(. != null and startswith("sha256:"))) | first),
        pid: .info.pid}' || exit 5
done

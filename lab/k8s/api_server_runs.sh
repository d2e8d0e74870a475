#!/usr/bin/env bash
# Waits until the kube-apiserver runs from the image $1; ends with 1 when it never does.
for _ in $(seq 240); do
    for id in $(crictl ps -q --state Running --name '^kube-apiserver$' 2>/dev/null); do
        asked=$(crictl inspect "$id" | jq -r .info.config.image.user_specified_image)
        [ "$asked" != "$1" ] || exit 0
    done
    sleep 0.5
done
exit 1

#!/usr/bin/env bash
# Prints the image that the running kube-apiserver was started from, as its manifest named it.
for id in $(crictl ps -q --state Running --name '^kube-apiserver$' 2>/dev/null); do
    crictl inspect "$id" | jq -r .info.config.image.user_specified_image
done

#!/usr/bin/env bash
# Removes the pods named $1, $2 ... that `kubectl apply` made of a static pod's manifest: neither mirrors nor a
# controller's.
set -euo pipefail
found=$(kubectl get pods -n kube-system -o json | jq -r --args '.items[].metadata
    | select(.ownerReferences == null and .annotations["kubernetes.io/config.mirror"] == null) | .name
    | select(IN($ARGS.positional[]))' "$@")
[ -n "$found" ] || exit 0
mapfile -t copies <<<"$found"
kubectl delete pods -n kube-system --force --grace-period=0 --wait=false "${copies[@]}" >/dev/null 2>&1
crictl pods -o json | jq -r --args '.items[] | select(.annotations["kubernetes.io/config.source"] == "api"
    and .metadata.namespace == "kube-system" and (.metadata.name | IN($ARGS.positional[]))) | .id' "${copies[@]}" \
    | xargs -r crictl rmp -f >/dev/null

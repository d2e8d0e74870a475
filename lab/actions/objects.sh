#!/usr/bin/env bash
# Makes the objects of a manifest, standard input, in the namespace $1, and waits until its pods are ready.
set -euo pipefail
kubectl apply -n "$1" -f - >/dev/null
kubectl wait -n "$1" --for=condition=Ready pods --all --timeout=120s >/dev/null

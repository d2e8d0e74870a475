#!/usr/bin/env bash
# Makes the namespace $1 where it is not there, and waits until pods can be made in it.
set -euo pipefail
kubectl get namespace "$1" >/dev/null 2>&1 || kubectl create namespace "$1" >/dev/null
for _ in $(seq 100); do
    kubectl get serviceaccount default -n "$1" >/dev/null 2>&1 && break
    sleep 0.1
done

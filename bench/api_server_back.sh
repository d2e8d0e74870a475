#!/usr/bin/env bash
# Waits until an API server other than the process $1 runs with the option $2 and is ready; prints the node's clock
# then, in nanoseconds.
until pid=$(pgrep -nx kube-apiserver) && [ "$pid" != "$1" ] \
        && tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF -- "$2" \
        && [ "$(kubectl get --raw /readyz --request-timeout=2s 2>/dev/null)" = ok ]; do
    sleep 0.1
done
date +%s%N

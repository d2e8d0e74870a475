#!/usr/bin/env bash
# Removes all from the namespace $1 but what is in every one, or in `default`, without anybody's doing. Nobody waits for
# what runs here: pods are forced out of the API, then their sandboxes are removed, so that no container stays behind.
# Waiting for the kubelet instead takes a minute where it is at a pull that fails. What a static pod runs is its
# manifest's business. Last go finalizers that nobody is there to see to.
set -euo pipefail
namespace=$1
pods() {
    kubectl get pods -n "$namespace" -o json | jq -r '
        .items[] | select(.metadata.annotations["kubernetes.io/config.mirror"] == null) | "pod/\(.metadata.name)"'
}
sandboxes() {
    crictl pods -o json | jq -r --arg namespace "$namespace" '.items[] | select(.metadata.namespace == $namespace
        and .annotations["kubernetes.io/config.source"] != "file") | .id'
}
builtin='configmap/kube-root-ca[.]crt|serviceaccount/default|service/kubernetes'
others() { kubectl get "$kinds" -n "$namespace" -o name --ignore-not-found | grep -vxE "$builtin" || true; }
delete() { xargs -r kubectl delete -n "$namespace" --ignore-not-found --wait=false "$@" >/dev/null; }
free='{"metadata":{"finalizers":null}}'
unbind() { xargs -r kubectl patch -n "$namespace" --type merge -p "$free" >/dev/null 2>&1 || true; }
kinds=$(kubectl api-resources --namespaced --verbs=list,delete -o name --cached=false 2>/dev/null \
    | grep -vE '^(pods|events|endpoints|endpointslices)([.]|$)' | paste -sd,)
others | delete --grace-period=1
for _ in $(seq 100); do
    pods=$(pods) sandboxes=$(sandboxes)
    [ -n "$pods$sandboxes" ] || break
    delete --force --grace-period=0 <<<"$pods" 2>/dev/null || true
    unbind <<<"$pods"
    xargs -r crictl rmp -f <<<"$sandboxes" >/dev/null 2>&1 || true
    sleep 0.2
done
[ -z "$(pods)" ] || { echo "these pods stay: $(pods)" >&2; exit 1; }
others | unbind

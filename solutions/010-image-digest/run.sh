set -euo pipefail
manifest=/etc/kubernetes/manifests/kube-apiserver.yaml
wanted=$(awk '$1 == "image:" {print $2}' "$manifest" | tr -d "\"'")
[[ $wanted == *@sha256:* ]] || { echo "the manifest is not pinned yet: $wanted" >&2; exit 1; }
# The old container ends, the kubelet waits some seconds, the new container starts. Ask the container runtime
# which image the running one was started from: kubectl has nobody to ask in between.
container() { crictl ps -q --name '^kube-apiserver$' | head -n 1; }
started_from() { crictl inspect "$(container)" | jq -r '.info.config.image.user_specified_image'; }
ready() { kubectl get --raw /readyz; }
deadline=$((SECONDS + 120))
until [[ $(started_from 2>/dev/null) == "$wanted" ]] && ready >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then
        echo "no kube-apiserver runs from $wanted after 120 s" >&2
        crictl ps -a --name '^kube-apiserver$' >&2
        journalctl -u kubelet --since -2min --no-pager | grep -i errimagepull | tail -n 1 >&2
        exit 1
    fi
    sleep 1
done
crictl ps --name '^kube-apiserver$'
crictl inspect "$(container)" | jq '.info.config.image'
kubectl get nodes

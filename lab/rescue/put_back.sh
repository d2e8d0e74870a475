#!/usr/bin/env bash
# Puts files of the control plane in place and starts what is stopped; the manifests follow in static_pods_put.sh.
# $1, $2 ...: paths of files that differ, copied into $saved first. Standard input: a line for each file that is no
# manifest, with its path and its content in base64, then an empty one, then the input of static_pods_put.sh.
# $again: not empty where the API server has to begin anew even if its manifest is right.
# Containers that ended are removed, so that the kubelet starts new ones at once and not after its back-off.
: "${saved:?}"
set -euo pipefail
stopped=''
systemctl is-active --quiet kubelet || stopped=yes
for path in "$@"; do
    in_node "${path%/*}/" sh -c '[ -e "./$1" ] || [ -L "./$1" ]' sh "${path##*/}" 2>/dev/null || continue
    in_node "${path%/*}/" tar -cf - -- "./${path##*/}" | in_node -p "$saved${path%/*}/" tar -xf -
    [[ $path != */kube-apiserver.yaml || ! $stopped ]] || again=yes # no kubelet has ended the old one
    [[ $path != /var/lib/kubelet/* ]] || kubelet_again=yes
done
while read -r path content && [[ $path ]]; do base64 -d <<<"$content" | put "$path" 0600; done
systemctl unmask kubelet containerd >/dev/null 2>&1 || true
systemctl is-active --quiet containerd || systemctl restart containerd
for name in etcd kube-apiserver kube-controller-manager kube-scheduler; do
    running=$(crictl ps -q --name "^$name\$" 2>/dev/null) || continue
    if [[ ! $running || ($name == kube-apiserver && ${again:-}) ]]; then
        crictl ps -a -q --name "^$name\$" 2>/dev/null | xargs -r crictl rm -f >/dev/null 2>&1 || true
    fi
done
if [[ ${kubelet_again:-} ]]; then systemctl restart kubelet; fi

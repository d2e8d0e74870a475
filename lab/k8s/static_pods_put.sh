#!/usr/bin/env bash
# Puts manifests in place where they differ, and moves all others into $saved. Standard input: a line for each, with its
# file name and its content in base64. A manifest that changes under a running API server takes effect only after the
# kubelet's back-off of 10 to 15 s: so the old one is taken out first, its process ends, and then the saved one is put
# in. When the script is ended meanwhile, the manifest comes back all the same.
set -euo pipefail
manifests=/etc/kubernetes/manifests
work=$(mktemp -d)
while read -r name content; do base64 -d <<<"$content" >"$work/$name"; done
in_place() { in_node "$manifests/" sh -c '[ -f "./$1" ] && [ ! -L "./$1" ] && cmp -s "$2" "./$1"' sh "$1" "$work/$1"; }
pod_stands() { [[ $(crictl pods -q --state Ready --name '^kube-apiserver-' 2>/dev/null) ]]; }
settle() {
    trap - EXIT
    for file in "$work"/*; do
        name=$(basename "$file")
        in_place "$name" || { put "$manifests/$name" 0600 <"$file"; echo "wrote $name"; }
    done
    rm -rf "$work"
    systemctl unmask kubelet containerd >/dev/null 2>&1 || true
    systemctl is-active --quiet containerd || systemctl restart containerd
    systemctl is-active --quiet kubelet || { systemctl start kubelet; echo "started kubelet"; }
}
trap settle EXIT

in_node / sh -c '[ -d "./$1" ] && [ ! -L "./$1" ]' sh "${manifests#/}" || aside "$manifests"
in_node -p "$manifests" true
while read -r -d "" name; do
    if [ ! -f "$work/$name" ]; then aside "$manifests/$name"; fi
done < <(in_node "$manifests" sh -c 'for name in [!.]*; do printf "%s\0" "$name"; done')
if ! in_place kube-apiserver.yaml; then
    aside "$manifests/kube-apiserver.yaml"
    if systemctl is-active --quiet kubelet; then
        if pgrep -x kube-apiserver >/dev/null; then
            for _ in $(seq 100); do pgrep -x kube-apiserver >/dev/null || break; sleep 0.2; done
        elif pod_stands; then # its process had ended before, and the kubelet ends the pod
            for _ in $(seq 50); do pod_stands || break; sleep 0.2; done
            sleep 2 # until its volumes are unmounted: a new pod that comes before is taken up 10 s later
        fi
    fi
fi
settle

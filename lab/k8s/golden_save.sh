#!/usr/bin/env bash
# Writes the golden state as an archive to standard output. The snapshot is taken and laid out by the tools in etcd's own
# container: the node has none. The data folder is laid out inside /var/lib/etcd, which is the one writable mount of
# that container. Beside it are kept the files that differ from those of the image, and what Docker has mounted at /etc.
# $TREE: the text of node_tree.pl.
set -euo pipefail
cd /proc/1/root
running=$(ctr -n k8s.io tasks ls | awk '$3 == "RUNNING" {print $1}')
etcd=$(ctr -n k8s.io containers ls -q 'labels."io.kubernetes.container.name"==etcd' | grep -xF "$running" | head -n 1)
[ -n "$etcd" ] || { echo 'etcd does not run' >&2; exit 1; }
in_etcd() { ctr -n k8s.io tasks exec --exec-id "golden-$RANDOM" "$etcd" "$@"; }
flag() { sed -n "s/^ *- --$1=//p" etc/kubernetes/manifests/etcd.yaml | head -n 1; }
pki=/etc/kubernetes/pki/etcd
work=var/lib/etcd/.golden
rm -rf "$work"; mkdir -m 0700 "$work"
in_etcd etcdctl --endpoints=https://127.0.0.1:2379 --cacert=$pki/ca.crt --cert=$pki/server.crt \
    --key=$pki/server.key snapshot save "/$work/snapshot.db" >&2
in_etcd etcdutl snapshot restore "/$work/snapshot.db" --data-dir "/$work/data" --name "$(flag name)" \
    --initial-cluster "$(flag initial-cluster)" \
    --initial-advertise-peer-urls "$(flag initial-advertise-peer-urls)" >&2
list=$(mktemp)
: >"$work/whole" # without it, node_tree.pl leaves the rest of /var alone
perl -e "$TREE" "$PWD" "" list >"$list"
tar --sparse -cf - --transform "s#^$work/data/member#var/lib/etcd/member#" \
    --transform "s#^$work/whole#run/whole#" --transform 's#^etc/\(hosts\|resolv.conf\)$#run/\1#' \
    --null --no-recursion -T "$list" etc/hosts etc/resolv.conf var "$work/whole" --recursion "$work/data/member" \
    | gzip -1
rm -rf "$work" "$list"

#!/usr/bin/env bash
# Tells what `lab reset --all` has to put back on the node, in parts that begin with a line `== NAME`, for node_state.py;
# the last is of files, with a zero byte behind each. Standard input: the golden state, or nothing where there is none yet.
# $TREE: the text of node_tree.pl. $OLD, $NEW: the node's address in the golden state, as a pattern, and now.
set -uo pipefail
golden=$(mktemp -d)
trap 'rm -rf "$golden"' EXIT
ctr() { timeout 5 ctr "$@"; }
part() { printf '\n== %s\n' "$1"; }
cat >"$golden.tar.gz"
part mounts; cat /proc/1/mountinfo
part rules4; iptables-save
part rules6; ip6tables-save
part tables; nft list tables
part listening; ss -lntuH src 127.0.0.11
part settings; (cd /proc/sys && grep -rsH '' net)
part units; systemctl show -p Id -p ActiveState -p FragmentPath '*.service' '*.timer' '*.socket' '*.path' '*.swap'
part processes; grep -sH '' /proc/[0-9]*/stat /proc/[0-9]*/cgroup
part commands; ps -eo pid=,args=
part images; ctr -n k8s.io images ls | awk 'NR > 1 {print $1, $3}'
part containers
for space in $(ctr namespaces ls -q); do
    ctr -n "$space" containers ls | awk -v space="$space" 'NR > 1 {print space, $1}'
done
ctr -n k8s.io containers ls -q 'labels."io.cri-containerd.kind"' | sed 's/^/known /'
part files
if [ -s "$golden.tar.gz" ]; then
    tar --sparse --exclude=var/lib/etcd/member -C "$golden" -xzf "$golden.tar.gz"
    [ "$OLD" = "$NEW" ] || grep -rlE "\b$OLD\b" "$golden"/{etc/kubernetes,kind,run/hosts,var/lib/kubelet/*.{yaml,env}} \
        | xargs -r sed -i -E "s/\b$OLD\b/$NEW/g"
    perl -e "$TREE" /proc/1/root "" drift "$golden"
fi 2>/dev/null
rm -f "$golden.tar.gz"

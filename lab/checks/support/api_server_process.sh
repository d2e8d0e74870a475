#!/usr/bin/env bash
# Tells of the API server's process, in lines. A running one is the one that listens on the API server's port.
# state running|stopped|absent, pid PID, argv BASE64, time NOW UPTIME BEGUN, made TIME of its container,
# mount BASE64 BASE64: a place in the container, and what of the node is there
pid=$(ss -ltnpH 'sport = :6443' | sed -n 's/.*[(,]pid=\([0-9]*\),.*/\1/p' | head -n 1)
told=
if id=$(crictl ps -a --latest -q --name '^kube-apiserver$' 2>/dev/null) && [[ $id ]]; then
    told=$(crictl inspect -o json "$id" 2>/dev/null) || told= # fails on one that is just being removed
fi
state=absent argv='' began=0
if [[ $pid ]]; then
    state=running
    argv=$(base64 -w0 <"/proc/$pid/cmdline") || exit 5
    fields=$(<"/proc/$pid/stat") || exit 5
    # behind the name, which may have blanks: starttime is field 22 of all, 20 of these
    read -ra fields <<<"${fields##*) }"
    began=$(awk -v ticks="${fields[19]}" -v hertz="$(getconf CLK_TCK)" 'BEGIN {printf "%.2f", ticks / hertz}')
elif [[ $told ]]; then
    state=stopped
    argv=$(jq -j '.info.runtimeSpec.process.args[] + "\u0000"' <<<"$told" | base64 -w0) || exit 5
fi
echo "state $state"
echo "pid ${pid:-0}"
echo "argv $argv"
echo "time $(date +%s.%N) $(cut -d ' ' -f 1 /proc/uptime) $began"
[[ $told ]] || exit 0
echo "made $(jq -r '.status.createdAt' <<<"$told")"
jq -r '.info.runtimeSpec.mounts[] | select(.type == "bind") | "mount \(.destination | @base64) \(.source | @base64)"' <<<"$told"

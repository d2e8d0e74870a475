#!/usr/bin/env bash
# Tells why the API server may be away, in JSON objects, a line each, for last_word.py:
# kubelet: running or stopped; changed: when a manifest was. running: since when a container runs. container: the newest that has ended, with its last
# lines. at, said: a line of the kubelet's log about the API server's pod or a manifest.
# It runs on the node or in the helper beside it; below /proc/1/root are the node's files for both.
kubelet=stopped
! pgrep -x kubelet >/dev/null || kubelet=running
changed=$(find /proc/1/root/etc/kubernetes/manifests -type f ! -name '.*' -printf '%C@\n' 2>/dev/null | sort -n | tail -n 1)
printf '{"kubelet": "%s", "now": %s, "changed": %s}\n' "$kubelet" "$(date +%s.%N)" "${changed:-0}"
newest() { crictl ps -a -q --name '^kube-apiserver$' --state "$1" 2>/dev/null | head -n 1; }
status() { crictl inspect -o json "$1" 2>/dev/null | jq -c .status; }
for id in $(newest running); do status "$id" | jq -c '{running: .startedAt}'; done
for id in $(newest exited); do
    told=$(status "$id") && [[ $told ]] || continue
    tail -n 40 "/proc/1/root$(jq -r .logPath <<<"$told")" 2>/dev/null | cut -d ' ' -f 4- |
        jq -cRn --argjson status "$told" '{container: ($status | {exitCode, reason, finishedAt}), log: [inputs]}'
done
journalctl --root=/proc/1/root -u kubelet --since=-15min -o short-unix --no-hostname --no-pager -q 2>/dev/null |
    grep -aE 'kube-apiserver|manifest' | tail -n 80 |
    jq -cR 'capture("^(?<at>[0-9.]+) [^:]*: (?<said>.*)$") | .at |= tonumber'
exit 0

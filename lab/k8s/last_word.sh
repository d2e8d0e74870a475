# Tells why the API server may be away, in JSON objects, a line each, for last_word.py:
# kubelet: running or stopped. running: since when a container runs. container: the newest that has ended, with its last lines.
# at, said: a line of the kubelet's log about the API server's pod or a manifest.
kubelet=stopped
! pgrep -x kubelet >/dev/null || kubelet=running
printf '{"kubelet": "%s", "now": %s}\n' "$kubelet" "$(date +%s.%N)"
newest() { crictl ps -a -q --name '^kube-apiserver$' --state "$1" 2>/dev/null | head -n 1; }
status() { crictl inspect -o json "$1" 2>/dev/null | jq -c .status; }
for id in $(newest running); do status "$id" | jq -c '{running: .startedAt}'; done
for id in $(newest exited); do
    crictl logs --tail 40 "$id" 2>&1 |
        jq -cRn --argjson status "$(status "$id")" '{container: ($status | {exitCode, reason, finishedAt}), log: [inputs]}'
done
journalctl -u kubelet --since=-15min -o short-unix --no-hostname --no-pager -q 2>/dev/null |
    grep -aE 'kube-apiserver|manifest' | tail -n 80 |
    jq -cR 'capture("^(?<at>[0-9.]+) [^:]*: (?<said>.*)$") | .at |= tonumber'
exit 0

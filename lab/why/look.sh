#!/usr/bin/env bash
# Looks at the node once, for `lab why`, and prints sections: a line `section NAME BASE64` each. look.py reads them.
# It runs in the helper beside the node. $FILES: the text of files.pl. Everything goes on at the same time.
root=/proc/1/root
work=$(mktemp -d /run/lab-why.XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
crictl() { timeout 3 crictl --timeout 2s "$@"; }

containers() {
    local ids
    crictl ps -a -o json >listed 2>containerd || return
    mapfile -t ids < <(jq -r '[.containers[] | select(.metadata.name | test("^(kube-(apiserver|controller-manager|scheduler)|etcd)$"))]
        | group_by(.metadata.name)[] | sort_by(.createdAt | tonumber) | reverse | .[:2][] | .id' listed)
    ((${#ids[@]})) || return
    crictl inspect -o json "${ids[@]}" 2>/dev/null | jq -c '(if type == "array" then .[] else . end) | {
        id: .status.id, name: .status.metadata.name, attempt: .status.metadata.attempt, state: .status.state,
        pod: .status.labels["io.kubernetes.pod.uid"], created: .status.createdAt, started: .status.startedAt,
        finished: .status.finishedAt, code: .status.exitCode, reason: .status.reason, message: .status.message,
        image: .status.image.image, log: .status.logPath, argv: .info.runtimeSpec.process.args,
        mounts: [.info.runtimeSpec.mounts[]? | select(.type == "bind") | [.destination, .source]]}' >inspected
    jq -r .log inspected | sort -u | while read -r path; do
        tail -n 40 "$root$path" 2>/dev/null | jq -cR --arg path "$path" '{path: $path, line: .[:900]}'
    done >logs
}
list_processes() {
    local directory fields name
    for directory in /proc/[0-9]*; do
        read -r name 2>/dev/null <"$directory/comm" || continue
        case $name in kube-apiserver | etcd | kubelet | containerd | kube-scheduler | kube-controller*) ;; *) continue ;; esac
        fields=$(<"$directory/stat") || continue
        read -ra fields <<<"${fields##*) }"
        echo "${directory#/proc/} ${fields[19]} $(base64 -w0 <"$directory/cmdline")"
    done
}

date +%s.%N >now
{ cut -d ' ' -f 1 /proc/uptime; getconf CLK_TCK; } >uptime
containers &
crictl images -o json 2>/dev/null | jq -c '[.images[] | .repoTags[], .repoDigests[]]' >names &
systemctl show kubelet containerd -p Id,LoadState,ActiveState,SubState,UnitFileState,Result,ExecMainStatus,ActiveEnterTimestampMonotonic,NRestarts >units 2>/dev/null &
{
    journalctl --root=$root -u kubelet --since=-15min -n 1500 -o short-unix --no-hostname --no-pager -q 2>/dev/null |
        grep -aE '\]: [EFW][0-9]{4} |systemd\[|Back-off|back-off|probe|manifest|admit|OutOf|"command failed"|^[0-9.]+ kubelet\[[0-9]+\]: [^IWEF]' | tail -n 250 | cut -c -2500 >journal
    journalctl --root=$root -u containerd --since=-15min -n 40 -o short-unix --no-hostname --no-pager -q 2>/dev/null | cut -c -1000 >containerd.journal
} &
perl -e "$FILES" >files 2>files.error &
list_processes >processes &
df -k --output=target,avail,size,iavail,itotal $root $root/var $root/run $root/tmp $root/etc/kubernetes $root/var/lib/etcd 2>/dev/null >disk &
ss -ltnpH >ports 2>/dev/null &
wait
for name in now uptime containerd inspected logs names units journal containerd.journal files processes disk ports; do
    echo "section $name $(base64 -w0 <"$name" 2>/dev/null)"
done

#!/usr/bin/env bash
# Tells of the API server's process, in lines. $wanted: a file to read on the node, where no argument names one.
# state running|stopped|absent, view mounts|node, argv BASE64, time NOW UPTIME BEGUN, file BASE64 CTIME BASE64
mounts=()
pid=$(ss -ltnpH 'sport = :6443' | sed -n 's/.*[(,]pid=\([0-9]*\),.*/\1/p' | head -n 1)
state=absent argv='' began=0
if [[ $pid ]]; then
    state=running
    argv=$(base64 -w0 <"/proc/$pid/cmdline") || exit 5
    fields=$(<"/proc/$pid/stat") || exit 5
    # behind the name, which may have blanks: starttime is field 22 of all, 20 of these
    read -ra fields <<<"${fields##*) }"
    began=$(awk -v ticks="${fields[19]}" -v hertz="$(getconf CLK_TCK)" 'BEGIN {printf "%.2f", ticks / hertz}')
elif id=$(crictl ps -a --latest -q --name '^kube-apiserver$' 2>/dev/null) && [[ $id ]] &&
    told=$(crictl inspect -o json "$id" 2>/dev/null); then # fails on one that is just being removed
    state=stopped
    argv=$(jq -j '.info.runtimeSpec.process.args[] + "\u0000"' <<<"$told" | base64 -w0) || exit 5
    mapfile -t mounts < <(jq -r '.info.runtimeSpec.mounts[] | select(.type == "bind")
        | "\(.destination)\t\(.source)"' <<<"$told" | sort -r) # the longest of nested ones comes first
fi

view=mounts start=''
mapfile -d '' -t words < <(base64 -d <<<"$argv")
for number in "${!words[@]}"; do
    word=${words[number]}
    key=${word%%=*}
    [[ ${key//_/-} == --admission-control-config-file ]] || continue
    start=${words[number + 1]}
    [[ $word != *=* ]] || start=${word#*=}
done
[[ $start ]] || view=node start=${wanted:-}

# Sets $real to where the node has the file of that path; it may not be there.
locate() {
    real=$1
    [[ $view == mounts ]] || return 0
    if [[ $state == running ]]; then
        real=/proc/$pid/root$1
        return 0
    fi
    local mount
    for mount in "${mounts[@]}"; do
        if [[ $1 == "${mount%%$'\t'*}" || $1 == "${mount%%$'\t'*}"/* ]]; then
            real=${mount#*$'\t'}${1#"${mount%%$'\t'*}"}
            return 0
        fi
    done
    real=
}

echo "state $state"
echo "view $view"
echo "argv $argv"
echo "time $(date +%s.%N) $(cut -d ' ' -f 1 /proc/uptime) $began"

# From the configuration on, every word that is the path of a small file: relative ones from the file's own folder.
queue=("$start") count=0
declare -A passed=()
while ((${#queue[@]} && count < 24)); do
    path=${queue[0]}
    queue=("${queue[@]:1}")
    [[ $path && ! ${passed[$path]} ]] || continue
    passed[$path]=1
    target=$path changed=0
    for _ in 1 2 3 4 5 6 7 8; do # an absolute link leads to another place in the container than here
        locate "$target"
        [[ -L $real ]] || break
        changed=$(stat -c '%.9Z' "$real")$'\n'$changed
        link=$(readlink "$real")
        [[ $link == /* ]] && target=$link || target=${target%/*}/$link
    done
    [[ $real && -f $real && ! -L $real ]] || continue
    (($(stat -c %s "$real") <= 65536)) || continue
    changed=$(printf '%s\n' "$(stat -c '%.9Z' "$real")" "$changed" | sort -g | tail -n 1)
    echo "file $(printf %s "$path" | base64 -w0) $changed $(base64 -w0 <"$real")"
    count=$((count + 1))
    grep -qae '-----BEGIN' "$real" && continue
    while read -r word; do
        if [[ $word == /* ]]; then queue+=("$word"); else queue+=("${path%/*}/$word" "/$word"); fi
    done < <(grep -oaE '[A-Za-z0-9_./@%+~-]{1,255}' "$real" | sort -u | head -n 300)
done
exit 0

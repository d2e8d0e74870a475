#!/usr/bin/env bash
# Tells how far a restart of the API server is, as a JSON object. Times are in seconds since 1970.
# changed: the newest change of a manifest (of a file: an editor makes others in the folder); started: when its process began, 0 where none runs.
node=/proc/1/root manifests=/etc/kubernetes/manifests
runs() { pgrep -x "$1" >/dev/null && echo true || echo false; }
now=$(date +%s.%N)
changed=$(find "$node$manifests" -mindepth 1 -maxdepth 1 ! -name '.*' -printf '%C@\n' 2>/dev/null | sort -n | tail -n 1)
started=0
if pid=$(pgrep -o -x kube-apiserver) && fields=$(cat "/proc/$pid/stat" 2>/dev/null); then
    # behind the name, which may have blanks: starttime is field 22 of all, 20 of these
    read -ra fields <<<"${fields##*) }"
    started=$(awk -v now="$now" -v begun="${fields[19]}" -v hertz="$(getconf CLK_TCK)" \
        '{printf "%.2f", now - $1 + begun / hertz}' /proc/uptime)
fi
printf '{"now": %s, "kubelet": %s, "containerd": %s, "changed": %s, "started": %s}\n' \
    "$now" "$(runs kubelet)" "$(runs containerd)" "${changed:-0}" "$started"

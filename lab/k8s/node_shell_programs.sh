#!/usr/bin/env bash
# Runs on the node under the name of a shell's mark: prints what was started from that shell and has not ended, one
# name for each job. The shell's own group of processes is that of its session.
declare -A seen
for process in /proc/[0-9]*; do
    grep -qzx "$0" "$process/environ" 2>/dev/null || continue
    stat=$(cat "$process/stat" 2>/dev/null) || continue
    read -r state _ group session _ <<<"${stat##*) }"
    [ "$state" != Z ] && [ "$group" != "$session" ] && [ -z "${seen[$group]}" ] || continue
    seen[$group]=yes
    IFS= read -r -d '' word <"$process/cmdline" && echo "${word##*/}"
done
exit 0

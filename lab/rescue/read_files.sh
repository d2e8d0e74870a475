#!/usr/bin/env bash
# Prints a line "CTIME PATH" for each file of the control plane, an empty line, and an archive of them. Links are left
# out, and what is too large to be a setting. $1, $2 ...: files and folders of the node, without the slash in front.
set -uo pipefail
list=$(mktemp)
trap 'rm -f "$list"' EXIT
in_node / find "$@" -type f -size -1024k ! -name $'*\n*' -printf '%C@ %p\n' 2>/dev/null | head -n 500 >"$list"
cat "$list"
echo
cut -d ' ' -f 2- "$list" | in_node / tar -czf - --ignore-failed-read --no-recursion --verbatim-files-from -T - 2>/dev/null || true

#!/usr/bin/env bash
# Patches each constraint with what the jq program $1 makes of it, if anything. In it, $note names an annotation.
set -euo pipefail
kinds=$(kubectl api-resources --api-group=constraints.gatekeeper.sh -o name --cached=false | paste -sd,)
[ -n "$kinds" ] || exit 0
kubectl get "$kinds" -o json | jq -c '.items[]' | while read -r constraint; do
    name=$(jq -r '"\(.kind | ascii_downcase).constraints.gatekeeper.sh/\(.metadata.name)"' <<<"$constraint")
    change=$(jq -c --arg note cks-lab.invalid/set-aside "$1" <<<"$constraint")
    [ -z "$change" ] || kubectl patch "$name" --type merge -p "$change" >/dev/null
done

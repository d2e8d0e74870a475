#!/usr/bin/env bash
# Tells whether something takes connections at the host $1 and port $2, looked up as the API server does, which has a
# copy of the node's /etc/hosts from when it started: an address or "unresolved", curl's exit code, and the seconds
# until the connection was there, or 0.
service=$1 port=$2
pid=$(ss -ltnpH 'sport = :6443' | sed -n 's/.*[(,]pid=\([0-9]*\),.*/\1/p' | head -n 1)
hosts=/proc/$pid/root/etc/hosts
[[ $pid && -r $hosts ]] || hosts=/proc/1/root/etc/hosts
entry='{sub(/#.*/, ""); for (i = 2; i <= NF; i++) if (tolower($i) == name) {print $1; exit}}'
address=$(awk -v name="$service" "$entry" "$hosts")
[[ $address ]] || address=$(getent -s dns ahosts "$service" | awk 'NR == 1 {print $1}')
[[ $address ]] || { echo "unresolved 6 0"; exit 0; }
[[ $address != *:* ]] || address="[$address]"
connected=$(curl -sk --noproxy '*' --max-time 3 -o /dev/null -w '%{time_connect}' \
    --resolve "$service:$port:$address" "https://$service:$port/")
echo "$address $? $connected"

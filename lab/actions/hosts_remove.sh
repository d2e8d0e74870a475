#!/usr/bin/env bash
# Takes the lines of the host $1 out of the node's /etc/hosts. A name is compared without its trailing dot and without
# regard to case, as resolvers do; a comment names nothing.
set -euo pipefail
kept=$(in_node /etc '<' hosts | awk -v host="$1" '{
    names = tolower($0); sub(/#.*/, "", names); count = split(names, name, /[ \t\r]+/)
    for (i = 2; i <= count; i++) { sub(/[.]$/, "", name[i]); if (name[i] == host) next }
    print
}' && echo .)
unlock /etc/hosts
in_node /etc sh -c 'printf %s "$1" | cmp -s - hosts || printf %s "$1" >hosts' sh "${kept%.}"

#!/usr/bin/env bash
# A function for scripts in the helper. $top: the folder of all that is kept; $saved: where in it.
: "${top:?}" "${saved:?}"
in_node -p "$top" chmod 0700 .
aside() { # PATH: moves it below $saved, where there is something
    in_node "${1%/*}/" test -e "./${1##*/}" || in_node "${1%/*}/" test -L "./${1##*/}" || return 0
    unlock "$1"
    in_node "${1%/*}/" tar -cf - -- "./${1##*/}" | in_node -p "$saved${1%/*}/" tar -xf -
    remove "$1"
    echo "moved $1"
}

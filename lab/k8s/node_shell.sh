#!/bin/sh
# Runs a command ($4 ...) on the node's terminal, and beside it the guard. $1: the node's container; $2: the mark; $3:
# the guard's text. 129, 137 and 143: the client was ended by a signal. Its exit code leaves through the descriptor 5.
container=$1 mark=$2 guard=$3; shift 3
exec 3<&0 4>&1
code=$({ {
    docker exec -it -e LAB_SIZE="$(stty size <&3 2>/dev/null)" "$@" <&3 >&4 2>&4 3<&- 4>&- 5>&-; code=$?
    case $code in 129|137|143) ;; *) [ ! -t 3 ] || echo left ;; esac
    echo $code >&5
} | docker exec -i "$container" bash -c "$guard" "$mark" >/dev/null 2>&1 3<&- 4>&- 5>&-; } 5>&1)
exit "${code:-1}"

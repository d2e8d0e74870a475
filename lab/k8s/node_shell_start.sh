#!/bin/sh
# Begins the command ($1 ...) on the node when the guard is there.
waited=0
until [ -e "/dev/shm/LAB_SHELL=$LAB_SHELL" ]; do
    waited=$((waited + 1))
    [ $waited -le 1500 ] || { echo "The terminal on the node did not start within 30 s: try again." >&2; exit 1; }
    sleep 0.02
done
size=$LAB_SIZE; unset LAB_SIZE
stty rows "${size% *}" cols "${size#* }" 2>/dev/null
[ ! -d "$LAB_FOLDER" ] || cd "$LAB_FOLDER" || :
unset LAB_FOLDER
exec "$@"

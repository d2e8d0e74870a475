#!/bin/sh
# An OCI runtime for a host that was itself given too few capabilities. `docker run --privileged` asks for
# every capability that the kernel has; runc then fails with "unable to apply caps". This wrapper takes those
# that the host cannot grant (named in the file beside it) out of the container's or process's specification
# and hands over to runc. It removes; it never adds.
here=$(dirname "$0")
bundle=. process='' verb='' previous=''
for argument in "$@"; do
    case $previous in
        --bundle | -b) bundle=$argument ;;
        --process | -p) process=$argument ;;
    esac
    case $argument in
        --bundle=*) bundle=${argument#--bundle=} ;;
        --process=*) process=${argument#--process=} ;;
        create | run | exec | restore) [ -n "$verb" ] || verb=$argument ;;
    esac
    previous=$argument
done
case $verb in
    create | run | restore) specification=$bundle/config.json ;;
    exec) specification=$process ;;
    *) specification='' ;;
esac
if [ -n "$specification" ] && [ -f "$specification" ]; then
    while read -r capability; do
        sed -i "s/\"$capability\",//g; s/,\"$capability\"//g; s/\"$capability\"//g" "$specification"
    done <"$here/missing-capabilities"
fi
exec runc "$@"

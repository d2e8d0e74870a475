#!/usr/bin/env bash
# Prints the bytes that the node's control group uses, less the page cache that can go at once.
cd /sys/fs/cgroup || exit
if [ -f memory.current ]; then used=memory.current; stat=memory.stat; key=inactive_file
else used=memory/memory.usage_in_bytes; stat=memory/memory.stat; key=total_inactive_file; fi
echo $(($(cat $used) - $(awk -v key=$key '$1 == key {print $2}' $stat)))

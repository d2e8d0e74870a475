"""Where things of the learner's that are in the way are kept on the node, instead of being deleted."""

FOLDER = "/var/lib/cks-lab/saved"

SHELL = f"""
saved={FOLDER}/$(date +%Y%m%dT%H%M%S)
aside() {{ mkdir -p "$saved"; rm -rf "$saved/$(basename "$1")"; mv -f -- "$1" "$saved/"; echo "moved $1"; }}
"""
"""For scripts on the node: `$saved` is a folder named after this second, `aside PATH` moves something there."""

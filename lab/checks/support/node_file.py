"""A file of the node as it was read, with the directories and links that lead to it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """A directory or a link that leads to a file, or the file itself; times in seconds since 1970.

    `kind`: `file`, `directory`, `link` or `other`. `mtime`: when its content was written last. `ctime`: when anything
    of it changed last, its mode and its name too. `target`: where a link leads.
    """

    path: str
    kind: str
    mtime: float
    ctime: float
    target: str = ""


@dataclass(frozen=True)
class NodeFile:
    """What a path of the node leads to.

    Attributes:
        kind: `file`, `directory`, `other` (such as a socket), `missing`, or `unreadable`.
        content: of a file.
        whole: whether that is all of it; of a directory, whether `entries` are.
        way: what leads there, from `/` on, and the file itself; as far as it is there.
        entries: of a directory that was asked for as one, by name: what each leads to.
        why: it cannot be read.
    """

    kind: str
    content: bytes = b""
    whole: bool = True
    way: tuple[Place, ...] = ()
    entries: Mapping[str, "NodeFile"] = field(default_factory=dict)
    why: str = ""

    def changed_since(self, moment: float) -> str:
        """A path that may lead to other content since a moment (seconds since 1970); empty when none does.

        That is a file that was written, and whatever was put into its place. A `chmod` moves the ctime alone; what is
        put into a place moves its own ctime and the mtime of the directory that it is in.
        """
        mtimes = {place.path: place.mtime for place in self.way if place.kind == "directory"}
        for place in self.way[1:]:
            written = place.kind == "file" and place.mtime > moment
            above = place.path.rpartition("/")[0] or "/"
            swapped = place.ctime > moment and mtimes.get(above, 0.0) > moment
            grown = place.kind == "directory" and place.ctime == place.mtime  # something was put into it, no more
            if written or (swapped and not grown):
                return place.path
        return ""

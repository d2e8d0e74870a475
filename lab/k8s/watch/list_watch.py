"""Follows kinds of objects over one connection: lists each, then watches it, until the connection breaks."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from lab.k8s.api import Api, Watch
from lab.k8s.watch.kinds import Digest, Kind, digest

LASTS = 120
"""Seconds after which the API server ends a watch, which then is begun again where it stood."""
_PATIENCE = 10.0  # seconds of grace for it to do so, before the connection counts as broken
_MISSING = (0.25, 0.5, 1.0, 2.0)  # seconds before listing again a kind that was made a moment ago
_TROUBLE = 2.0  # seconds after an answer that is no list and no watch
_BREATH = 0.2  # seconds between two watches
_GONE = 410


class Connection:
    """One connection to an API server that is there, shared by the kinds; cut for all when it breaks for one.

    Args:
        check: raises Unreachable when the API server is not ready.
    """

    def __init__(self, check: Callable[[], None]) -> None:
        self.cut = threading.Event()
        self.check = check
        self._held: set[Watch] = set()
        self.kinds_made = 0
        self._condition = threading.Condition()

    def hold(self, watch: Watch) -> bool:
        """Keep a watch, to end it when the connection is cut; False when that has happened."""
        with self._condition:
            if not self.cut.is_set():
                self._held.add(watch)
                return True
        watch.release()
        return False

    def let_go(self, watch: Watch) -> None:
        """A watch has ended."""
        with self._condition:
            self._held.discard(watch)
        watch.release()

    def kinds_changed(self) -> None:
        """Kinds were made, or may have been."""
        with self._condition:
            self.kinds_made += 1
            self._condition.notify_all()

    def wait_for_kinds(self, seen: int, seconds: float | None) -> bool:
        """Wait until more kinds were made than had been `seen`, or some seconds; gives whether they were."""
        with self._condition:
            self._condition.wait_for(lambda: self.kinds_made != seen or self.cut.is_set(), seconds)
            return self.kinds_made != seen

    def end(self) -> None:
        """Cut it: every watch ends."""
        with self._condition:
            self.cut.set()
            held = list(self._held)
            self._condition.notify_all()
        for watch in held:
            watch.close()


class KindWatch:
    """Follows one kind; keeps digests over breaks, so that only what has changed meanwhile counts after one.

    Args:
        kind: which.
        changed: called at a change, with whether it is a real one or noise.
    """

    def __init__(self, kind: Kind, changed: Callable[[Kind, bool], None]) -> None:
        self.kind = kind
        self._changed = changed
        self._known: dict[str, Digest] = {}

    def follow(self, api: Api, connection: Connection) -> None:
        """List, then watch, until the connection is cut.

        Raises:
            Unreachable: the connection broke.
        """
        pauses = iter(_MISSING)
        while not connection.cut.is_set():
            seen = connection.kinds_made
            version = self._list(api, connection)
            if version is None:
                if connection.wait_for_kinds(seen, next(pauses, None)):
                    pauses = iter(_MISSING)
                continue
            pauses = iter(_MISSING)
            while version and not connection.cut.is_set():
                version = self._watch(api, connection, version)

    def _list(self, api: Api, connection: Connection) -> str | None:
        """Compare all objects; gives the list's version: empty to try again, None when there is no such kind."""
        answer = api.request(self.kind.path)
        if answer.status == 404:
            self._compare({}, connection)
            return None
        if answer.status != 200:
            connection.cut.wait(_TROUBLE)
            return ""
        listed = json.loads(answer.body)
        things = [thing for thing in listed.get("items") or [] if self.kind.minds(thing)]
        self._compare({thing["metadata"]["uid"]: digest(thing) for thing in things}, connection)
        return str(listed["metadata"]["resourceVersion"])

    def _watch(self, api: Api, connection: Connection, version: str) -> str:
        """Follow events until the API server ends the watch; gives the version that it got to, empty to list again."""
        query = f"watch=1&allowWatchBookmarks=true&timeoutSeconds={LASTS}&resourceVersion={version}"
        watch = api.watch(f"{self.kind.path}?{query}", LASTS + _PATIENCE)
        if not connection.hold(watch):
            return ""
        try:
            if watch.status != 200:
                return self._listed_again(watch.status, connection)
            for event in watch:
                if event["type"] == "ERROR":
                    return self._listed_again(event["object"].get("code"), connection)
                version = str(event["object"]["metadata"]["resourceVersion"])
                if event["type"] != "BOOKMARK" and not connection.cut.is_set():
                    self._take(event["type"], event["object"])
        finally:
            connection.let_go(watch)
        connection.check()
        connection.cut.wait(_BREATH)
        return version

    @staticmethod
    def _listed_again(code: int | None, connection: Connection) -> str:
        """No version: what is missed by a watch that cannot go on, a list brings. It is no fault of anybody's that the
        version is too old by now, or the kind was removed.
        """
        connection.cut.wait(_BREATH if code in (404, _GONE) else _TROUBLE)
        return ""

    def _take(self, what: str, thing: Mapping[str, Any]) -> None:
        if not self.kind.minds(thing):
            return
        uid = thing["metadata"]["uid"]
        before, now = self._known.get(uid), None if what == "DELETED" else digest(thing)
        if now:
            self._known[uid] = now
        else:
            self._known.pop(uid, None)
        if before != now:
            self._changed(self.kind, not (before and now and before.loud == now.loud))

    def _compare(self, now: dict[str, Digest], connection: Connection) -> None:
        if connection.cut.is_set() or now == self._known:
            return
        same = {uid: entry.loud for uid, entry in now.items()} == {uid: old.loud for uid, old in self._known.items()}
        self._known = now
        self._changed(self.kind, not same)

import io
import re
import threading
import time

import pytest

from lab.phases import Console, Recording, Silent, seconds


@pytest.mark.parametrize(
    ("duration", "text"),
    [(0, "0 s"), (0.4, "0 s"), (59.4, "59 s"), (59.6, "1 m 00 s"), (125, "2 m 05 s"), (3600, "60 m 00 s")],
)
def test_seconds(duration, text) -> None:
    assert seconds(duration) == text


@pytest.fixture
def console():
    stream = io.StringIO()
    return Console(stream), stream


def lines(stream) -> list[str]:
    found = stream.getvalue().splitlines()
    assert all(re.match(r"\[ {3,4}\d+s\] |\s{9}", line) for line in found)
    return [line[9:] for line in found]


def test_a_phase_says_when_it_begins_and_what_it_took(console) -> None:
    status, stream = console
    with status.phase("Making it", 300):
        assert lines(stream) == ["Making it (about 5 m 00 s) ..."]
    assert lines(stream)[1] == "Making it: done in 0 s"
    with status.phase("Quick", 4):
        pass
    assert lines(stream)[2] == "Quick ..."


@pytest.mark.parametrize(
    ("error", "word"), [(ValueError("x"), "failed after"), (KeyboardInterrupt(), "interrupted after")]
)
def test_a_phase_that_ends_early(console, error, word) -> None:
    status, stream = console

    def work() -> None:
        with status.phase("Making it"):
            raise error

    with pytest.raises(type(error)):
        work()
    assert lines(stream)[-1] == f"Making it: {word} 0 s"


def test_notes_of_several_lines_are_indented(console) -> None:
    status, stream = console
    status.note("one\ntwo")
    assert lines(stream) == ["one", "two"]


def test_a_long_phase_says_that_it_is_at_work(console, monkeypatch) -> None:
    status, stream = console
    monkeypatch.setattr(Console, "HEARTBEAT", 0.05)
    threads = threading.active_count()
    with status.phase("Making it", 300):
        deadline = time.monotonic() + 5
        while stream.getvalue().count("so far") < 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert "Making it: 0 s so far, about 5 m 00 s to go" in lines(stream)
    assert threading.active_count() == threads
    with status.phase("Unknown"):
        time.sleep(0.12)
    assert "Unknown: 0 s so far" in lines(stream)


def test_threads_do_not_mix_their_lines(console) -> None:
    status, stream = console
    threads = [threading.Thread(target=lambda: [status.note("x" * 200) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lines(stream) == ["x" * 200] * 200


def test_the_others_say_nothing_or_keep_it() -> None:
    with Silent().phase("a", 3):
        Silent().note("b")
    kept = Recording()
    with kept.phase("a", 3):
        kept.note("b")
    assert kept.lines == ["a", "b"]


def test_how_long_all_of_it_takes_is_said_when_it_is_long(console) -> None:
    status, stream = console
    status.ahead(20)
    assert not stream.getvalue()
    status.ahead(665)
    assert lines(stream) == ["This takes about 11 m 05 s in all."]
    Silent().ahead(665)

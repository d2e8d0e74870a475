import pytest

from lab.retry import attempts


@pytest.fixture
def clock(monkeypatch):
    """Time passes only in pauses."""
    now = [100.0]
    monkeypatch.setattr("lab.retry.time.monotonic", lambda: now[0])
    monkeypatch.setattr("lab.retry.time.sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


@pytest.mark.parametrize(("timeout", "rounds"), [(0, 1), (0.4, 2), (0.5, 2), (0.6, 3), (2, 5)])
def test_attempts_end_when_time_is_over(clock, timeout, rounds) -> None:
    assert len(list(attempts(timeout, pause=0.5))) == rounds


def test_there_is_no_pause_after_what_is_so(clock) -> None:
    assert any(clock[0] >= 101 for _ in attempts(10, pause=0.5))
    assert clock[0] == 101

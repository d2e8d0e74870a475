"""What is pure in the webhook's benchmark; the rest is measured by `make bench`."""

import json

import pytest

from bench import __main__ as program
from bench import webhook
from bench.webhook import Load
from lab.phases import Recording

RESULT = {"decisions": 3000, "errors": 1, "seconds": 6.0, "p50_ms": 0.5, "p99_ms": 1.25, "first_errors": ["EOF"]}


def test_the_last_line_of_a_load_is_its_result() -> None:
    load = webhook.parse(f"\n$ program load --seconds 6\n{json.dumps(RESULT)}\n")
    assert load == Load(3000, 1, 6.0, 0.5, 1.25, ("EOF",))
    assert load.rate == 500
    assert str(load) == "500 decisions/s, p50 0.50 ms, p99 1.25 ms"


@pytest.mark.parametrize("text", ["", "\n$ program load\n", "bench: EOF\n", "{}\n", json.dumps({**RESULT, "new": 1})])
def test_what_is_no_result(text) -> None:
    with pytest.raises(ValueError):
        webhook.parse(text)


def test_rows_compare_medians() -> None:
    ours = [Load(decisions, 0, 2.0, 0.1, p99) for decisions, p99 in ((2000, 4.0), (1000, 5.0), (4000, 9.0))]
    theirs = [Load(10000, 0, 2.0, 0.1, 2.0)] * 3
    time, p99 = webhook.rows(64, ours, theirs)
    assert (time.ours, time.theirs) == ((1000.0, 2000.0, 500.0), (200.0,) * 3)
    assert time.value == 5.0  # a rate of exactly 0.2
    assert time.cells()[0] == "webhook: time per decision at 64 connections, against Go"
    assert time.cells()[1:] == ("1000.0 us", "200.0 us", "5.00", "<= 5", "yes")
    assert p99.cells()[1:] == ("5000.0 us", "2000.0 us", "2.50", "<= 5", "yes")
    assert "at 1 connection," in webhook.rows(1, ours, theirs)[0].what


def test_one_error_misses_the_goal() -> None:
    assert webhook.errors_row(True, Load(9, 0, 600.0, 1, 1)).cells()[-1] == "yes"
    row = webhook.errors_row(True, Load(9, 1, 600.0, 1, 1))
    assert (row.what, row.cells()[-1]) == ("webhook: errors in ten minutes at 64 connections", "NO")
    assert webhook.errors_row(False, Load(9, 0, 20.0, 1, 1)).what.startswith("webhook: errors in 20 s (")


def test_where_a_server_listens() -> None:
    started = json.dumps({"event": "started", "listen": "127.0.0.1:45678"})
    assert webhook.listening(f'\n$ python -m lab.webhook\n{{"event": "other"}}\n{started}\n') == "127.0.0.1:45678"
    assert webhook.listening(f"\n$ python -m lab.webhook\n{started[:30]}") == ""  # half a line, read too early
    assert webhook.listening("\n$ python -m lab.webhook\npolicy.yaml cannot be read\n") == ""


def test_without_go_it_says_so(monkeypatch) -> None:
    monkeypatch.setattr(webhook, "go_version", lambda: ())
    status = Recording()
    assert list(webhook.measure(False, status)) == []
    assert "needs Go" in "".join(status.lines)


def test_the_webhook_alone_needs_no_cluster(monkeypatch, tmp_path) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a cluster")

    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", "")
    monkeypatch.setattr("bench.__main__.signal.signal", lambda *_: None)
    monkeypatch.setattr("bench.__main__.clusters.prepare", never)
    monkeypatch.setattr("bench.__main__.clusters.clear", never)
    soaks: list[bool] = []
    monkeypatch.setattr(webhook, "measure", lambda soak, status: soaks.append(soak) or [])
    assert program.main(["--only", "webhook"]) == program.main(["--only", "webhook", "--soak"]) == 0
    assert soaks == [False, True]
    for others in (["--only", "webhook,memory"], ["--only", "", "--build"]):
        with pytest.raises(AssertionError, match="a cluster"):
            program.main(others)

from collections.abc import Iterator
from pathlib import Path

import pytest

from .serving import Connection, Files, Server


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server that no test changes."""
    running = Server(Files.new(tmp_path_factory.mktemp("webhook")))
    yield running
    assert running.stop() == 0


@pytest.fixture
def connection(server: Server) -> Iterator[Connection]:
    opened = server.connection()
    yield opened
    opened.close()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files.new(tmp_path)

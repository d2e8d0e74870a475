"""Handles signals for a while."""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object] | signal.Handlers


@contextmanager
def handling(handlers: Mapping[int, Handler]) -> Iterator[None]:
    """Within, each signal has its handler. A signal that is ignored, as `nohup` has it, stays so."""
    before = {number: signal.getsignal(number) for number in handlers}
    try:
        for number, handler in handlers.items():
            if before[number] is not signal.SIG_IGN:
                signal.signal(number, handler)
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, signal.SIG_DFL if earlier is None else earlier)


@contextmanager
def delayed(*numbers: int) -> Iterator[None]:
    """Within, these signals wait, and come at its end. Outside the main thread Python handles none anyway."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    try:
        with handling(dict.fromkeys(numbers, lambda number, _: received.append(number))):
            yield
    finally:
        for number in received:
            signal.raise_signal(number)

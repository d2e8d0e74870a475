"""Threads that end with the process."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from sys import maxsize
from threading import Semaphore, Thread
from typing import Any


class DaemonThreads(ThreadPoolExecutor):
    """An executor that nobody waits for.

    The standard one is joined when it is left and again when Python exits, so that Ctrl-C, and quitting, while a thread
    waits for an API server would hang for as long as that wait lasts.

    Args:
        at_once: calls that run at the same time at most.
    """

    def __init__(self, at_once: int = maxsize) -> None:
        super().__init__(max_workers=1)  # of the base class, which never starts one
        self._turn = Semaphore(at_once)
        self._closed = False

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Run a call in a thread of its own."""
        future: Future[Any] = Future()
        Thread(target=self._run, args=(future, call, args, kwargs), daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Drop the results that are still to come, without waiting for them."""
        self._closed = True

    def _run(self, future: "Future[Any]", call: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            with self._turn:
                result = call(*args, **kwargs)
        except BaseException as error:
            if not self._closed:  # its loop is gone, and telling it would print a stack trace
                future.set_exception(error)
        else:
            if not self._closed:
                future.set_result(result)

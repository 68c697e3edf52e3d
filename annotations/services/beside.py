"""A second thread for a job: one waits for the database while the other computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")


class Beside:
    """Does one thing after the other, in the order in which they are begun."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread

    def begin(self, work: Callable[[], T]) -> Future[T]:
        # With what the log says of the job.
        return self._thread.submit(copy_context().run, work)


@contextmanager
def beside(name: str) -> Iterator[Beside | None]:
    """The thread, which ends with the block, and after what was begun.

    None inside of a transaction: the thread has a connection of its own, and doesn't see what the
    transaction wrote.
    """
    if connection.in_atomic_block:
        yield None
        return
    with ThreadPoolExecutor(1, name) as thread:
        try:
            yield Beside(thread)
        finally:
            thread.submit(connections.close_all)

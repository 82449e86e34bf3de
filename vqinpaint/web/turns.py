"""Who uses the model next: one at a time, in the order in which they came."""

from __future__ import annotations

import collections
import contextlib
import threading
from collections.abc import Iterator

from vqinpaint.errors import UsageError


class Left(Exception):
    """A ticket was given back before its turn."""


class Turns:
    """A bounded queue of threads, of which the first goes on.

    Args:
      most_waiting: threads that may wait beside the one that goes on.
    """

    def __init__(self, most_waiting: int):
        self._most = most_waiting + 1
        self._queue: collections.deque[object] = collections.deque()
        self._going: object | None = None  # the ticket whose turn it is
        self._changed = threading.Condition()

    def join(self) -> object:
        """A ticket for `hold`. Raises UsageError where too many wait already."""
        ticket = object()
        with self._changed:
            self.require_place()
            self._queue.append(ticket)
        return ticket

    def require_place(self) -> None:
        """Raises UsageError where too many wait already."""
        if len(self._queue) >= self._most:
            raise UsageError(
                f"{len(self._queue)} computations are under way or waiting; try again "
                "in a while."
            )

    def leave(self, ticket: object) -> None:
        """Gives a ticket back; of no effect from the beginning of its turn on."""
        with self._changed:
            if ticket in self._queue and ticket is not self._going:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def ahead(self, ticket: object) -> int:
        """How many come before it; 0 for the first, and after its turn."""
        with self._changed:
            return self._queue.index(ticket) if ticket in self._queue else 0

    @contextlib.contextmanager
    def hold(self, ticket: object) -> Iterator[None]:
        """Waits for the ticket's turn; the block is the turn. Raises Left."""
        with self._changed:
            self._changed.wait_for(
                lambda: ticket not in self._queue or self._queue[0] is ticket
            )
            if ticket not in self._queue:
                raise Left
            self._going = ticket
        try:
            yield
        finally:
            with self._changed:
                self._going = None
                self._queue.popleft()
                self._changed.notify_all()

"""A computation in a thread of its own, which can be watched and stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Callable, Generic, TypeVar

import numpy as np

from vqinpaint.completing.engine import Completions, Engine
from vqinpaint.options.request import Request
from vqinpaint.reporting import Reporter
from vqinpaint.web.turns import Left, Turns

T = TypeVar("T")


class Stopped(Exception):
    """The computation was asked to stop."""


class Progress(Reporter):
    """Keeps what is reported, for another thread to look at.

    Attributes:
      notes: what was said.
    """

    def __init__(self):
        self.notes: list[str] = []
        self._state: dict[str, tuple[int, int]] = {}

    def note(self, text: str) -> None:
        """See `Reporter`."""
        self.notes.append(text.removeprefix("note: "))

    def progress(self, what: str, done: int, total: int, detail: str = "") -> None:
        """See `Reporter`."""
        self._state[what] = done, max(total, 1)

    def share(self) -> float:
        """How much is done, 0 to 1: rows of a group, groups of a window, windows."""
        groups, done = self._get("groups"), 0.0
        if groups[0] < groups[1]:
            rows = self._get("rows of codes")
            done = (groups[0] + rows[0] / rows[1]) / groups[1]
        windows = self._get("windows")
        return min((windows[0] + done) / windows[1], 1.0)

    def text(self) -> str:
        """All of it for people: "row 3 of 8, window 1 of 2"."""
        told = []
        for what, name, begun in (
            ("rows of codes", "row", 0),
            ("groups", "group", 1),
            ("windows", "window", 1),
        ):
            done, total = self._get(what)
            if total > 1:
                told.append(f"{name} {min(done + begun, total)} of {total}")
        return ", ".join(told)

    def _get(self, what):
        return self._state.get(what, (0, 1))


class Stoppable:
    """An engine that draws some completions at a time and stops between them.

    A seed gives the same completion alone or among others, so that nothing but the time
    changes. TensorFlow cannot be stopped while it computes.

    Args:
      engine: completes.
      at_once: completions that are drawn together.
      check: called before each group; raises `Stopped`.
    """

    def __init__(self, engine: Engine, at_once: int, check: Callable[[], None]):
        self._engine, self._at_once, self._check = engine, at_once, check
        self.side, self.codes = engine.side, engine.codes
        self.name, self.fingerprint = engine.name, engine.fingerprint

    def check(self, request: Request) -> None:
        """See `engine.Engine`."""
        self._engine.check(request)

    def at(self, longest: int) -> Engine:
        """See `engine.Engine`."""
        return Stoppable(self._engine.at(longest), self._at_once, self._check)

    def complete(
        self,
        image: np.ndarray,
        mask: np.ndarray,
        seeds: Sequence[int],
        request: Request,
        reporter: Reporter,
    ) -> Completions:
        """See `engine.Engine`."""
        starts = range(0, len(seeds), self._at_once)
        groups = [seeds[start : start + self._at_once] for start in starts]
        parts = []
        for own in reporter.each("groups", groups):
            self._check()
            parts.append(self._engine.complete(image, mask, own, request, reporter))
        return Completions.joined(parts)

    def encode(self, image: np.ndarray) -> np.ndarray:
        """See `engine.Engine`."""
        return self._engine.encode(image)

    def render(
        self, image: np.ndarray, mask: np.ndarray, codes: np.ndarray
    ) -> Completions:
        """See `engine.Engine`."""
        self._check()
        return self._engine.render(image, mask, codes)


class Job(Generic[T]):
    """One computation; it starts at once and waits for its turn.

    Args:
      work: from a function that raises `Stopped` if the job was stopped, and a reporter,
        to the result.
      turns: of all jobs of one engine, which is used by one thread at a time.
      undo: called in place of `work` where the job is stopped while it waits.

    Raises:
      UsageError: too many wait.

    Attributes:
      progress: what is reported.
    """

    def __init__(
        self,
        work: Callable[[Callable[[], None], Reporter], T],
        turns: Turns,
        undo: Callable[[], None] = lambda: None,
    ):
        self.progress = Progress()
        self._undo = undo
        self._work, self._turns, self._ticket = work, turns, turns.join()
        self._asked, self._ended = threading.Event(), threading.Event()
        self._started: float | None = None
        self._result: T | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            with self._turns.hold(self._ticket):
                self._check()
                self._started = time.monotonic()
                self._result = self._work(self._check, self.progress)
        except Left:
            self._error = Stopped()
        except BaseException as error:  # carried over to whoever asks for the result
            self._error = error
        finally:
            if self._started is None:
                self._undo()
            self._ended.set()

    def _check(self):
        if self._asked.is_set():
            raise Stopped

    @property
    def seconds(self) -> float:
        """How long the work has been going on; 0 while it waits for its turn."""
        return 0.0 if self._started is None else time.monotonic() - self._started

    @property
    def ahead(self) -> int:
        """How many computations come before this one."""
        return self._turns.ahead(self._ticket)

    @property
    def is_stopped(self) -> bool:
        """Whether it was asked to stop; it may still be ending."""
        return self._asked.is_set()

    def stop(self) -> None:
        """Asks it to stop, and gives its place back if it waits; returns at once."""
        self._asked.set()
        self._turns.leave(self._ticket)

    def ended(self, seconds: float) -> bool:
        """Waits at most so long for the end; whether it has ended."""
        return self._ended.wait(seconds)

    def result(self) -> T:
        """What the work returned. Raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]

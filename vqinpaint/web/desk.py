"""What all visitors share: the engine, its queue, and the disk."""

from __future__ import annotations

import dataclasses
import glob
import os
import threading

from vqinpaint.completing.engine import Engine
from vqinpaint.errors import UsageError
from vqinpaint.options.page import PageOptions
from vqinpaint.web.cache import Cache
from vqinpaint.web.session import Session
from vqinpaint.web.storage import PREFIX, size_of
from vqinpaint.web.turns import Turns

# Seconds after which a visitor who does nothing may lose files to one who does something.
_IDLE = 600.0


@dataclasses.dataclass(frozen=True)
class Desk:
    """What all visitors share.

    Attributes:
      engine: completes.
      options: bounds.
      folder: in which each visitor gets one of their own.
      cache: the files that visitors sent, among others.
      turns: who uses the engine next.
      visitors: those whose pictures are kept; who did something last comes last.
    """

    engine: Engine
    options: PageOptions
    folder: str
    cache: Cache
    turns: Turns
    visitors: list[Session] = dataclasses.field(default_factory=list)
    _lock: threading.RLock = dataclasses.field(default_factory=threading.RLock)

    def welcome(self) -> Session:
        """A new visitor; where there are too many, who was idle longest leaves."""
        visitor = Session(self)
        with self._lock:
            self.visitors.append(visitor)
            while len(self.visitors) > self.options.sessions:
                idle = [other for other in self.visitors[:-1] if not other.is_busy]
                (idle or self.visitors)[0].close()
        return visitor

    def entered(self, visitor: Session) -> None:
        """A visitor does something."""
        with self._lock:
            if visitor in self.visitors:
                self.visitors.remove(visitor)
                self.visitors.append(visitor)

    def left(self, visitor: Session) -> None:
        """A visitor's files are gone."""
        with self._lock:
            if visitor in self.visitors:
                self.visitors.remove(visitor)

    def make_room(self, visitor: Session, leaving: int = 0) -> None:
        """Frees the disk for what a visitor has just written.

        Half of the space is for visitors' own folders. While they take more, visitors
        leave who have done nothing for ten minutes; then the visitor's own oldest rounds
        go, if that helps. Gradio's files are swept as well.

        Args:
          visitor: who has written.
          leaving: bytes that the visitor's folder loses next.

        Raises:
          UsageError: still more is written.
        """
        self.cache.has_room()
        most = self.options.most_on_disk // 2 + leaving
        idle = [
            one
            for one in list(self.visitors)
            if one is not visitor and not one.is_busy and one.idle_for >= _IDLE
        ]
        while self._used() > most and idle:
            idle.pop(0).close()
        if self._used() - visitor.history.size() > most:
            raise UsageError(
                f"the page's {self.options.disk_megabytes} MB for pictures are used up; "
                "try again in some minutes, with smaller pictures or fewer completions."
            )
        while self._used() > most and visitor.history.drop_oldest():
            pass

    def _used(self):
        folders = glob.glob(os.path.join(glob.escape(self.folder), f"{PREFIX}*"))
        return sum(map(size_of, folders))

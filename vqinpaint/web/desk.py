"""What all visitors share: the engine, its queue, and the disk."""

from __future__ import annotations

import dataclasses

from vqinpaint.completing.engine import Engine
from vqinpaint.errors import UsageError
from vqinpaint.options.page import PageOptions
from vqinpaint.web.session import Session
from vqinpaint.web.storage import size_of
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
      uploads: folder of the files that visitors sent; inside `folder` or elsewhere.
      turns: who uses the engine next.
      visitors: those whose pictures are kept; who did something last comes last.
    """

    engine: Engine
    options: PageOptions
    folder: str
    uploads: str
    turns: Turns
    visitors: list[Session] = dataclasses.field(default_factory=list)

    def welcome(self) -> Session:
        """A new visitor; where there are too many, who was idle longest leaves."""
        visitor = Session(self)
        self.visitors.append(visitor)
        while len(self.visitors) > self.options.sessions:
            idle = [other for other in self.visitors[:-1] if not other.is_busy]
            (idle or self.visitors)[0].close()
        return visitor

    def make_room(self, visitor: Session) -> None:
        """Frees the disk for a visitor who is about to write.

        While more is written than the options allow, visitors leave who have done nothing
        for ten minutes, then the visitor's own oldest rounds go.

        Raises:
          UsageError: still more is written.
        """
        while size_of(self.folder) > self.options.most_on_disk:
            idle = [other for other in self.visitors if other.idle_for >= _IDLE]
            others = [one for one in idle if one is not visitor and not one.is_busy]
            if others:
                others[0].close()
            elif not visitor.drop_oldest():
                raise UsageError(
                    f"the page's {self.options.disk_megabytes} MB for pictures are used "
                    "up; try again in some minutes, with smaller pictures or fewer "
                    "completions."
                )

"""How work in progress is reported to whoever asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


class Reporter:
    """Receives notes and progress of long work; this one is silent.

    Commands, notebooks and pages derive from it. All calls come from the thread that
    asked for the work.
    """

    def note(self, text: str) -> None:
        """A remark for people, one sentence or two, that is no error."""

    def progress(self, what: str, done: int, total: int, detail: str = "") -> None:
        """`done` of `total` things are finished.

        Args:
          what: their name in the plural: "pictures", "windows", "rows of codes",
            "requests", "steps of vqvae", "signatures" and so on. Kinds may nest.
          done: the first call announces the work, with 0 or with what was finished
            before; `total` ends it.
          total: how many there are.
          detail: a figure to show beside, such as the present loss.
        """

    def each(
        self, what: str, items: Iterable[T], total: int = -1, detail: str = ""
    ) -> Iterator[T]:
        """The items one after another, with progress reported after each.

        Args:
          what, detail: as of `progress`.
          items: whose number is their length, unless it is given.
          total: their number.
        """
        if total < 0:
            total = len(items)  # type: ignore[arg-type]
        self.progress(what, 0, total, detail)
        for number, item in enumerate(items, start=1):
            yield item
            self.progress(what, number, total, detail)


SILENT = Reporter()

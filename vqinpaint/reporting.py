"""How work in progress is reported to whoever asked for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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

    def each(self, what: str, items: Collection[T]) -> Iterator[T]:
        """The items one after another, with progress reported after each."""
        self.progress(what, 0, len(items))
        for number, item in enumerate(items, start=1):
            yield item
            self.progress(what, number, len(items))


SILENT = Reporter()

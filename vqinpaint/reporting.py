"""How work in progress is told to whoever asked for it."""

from __future__ import annotations


class Reporter:
    """Receives notes and progress while pictures are completed; this one is silent.

    Commands, notebooks and pages derive from it. All calls come from the thread that
    asked for the completion.
    """

    def note(self, text: str) -> None:
        """A remark for people, one sentence or two, that is no error."""

    def progress(self, what: str, done: int, total: int) -> None:
        """`done` of `total` things are finished.

        Args:
          what: their name in the plural: "pictures", "windows", "rows of codes" or
            "requests". Kinds nest in this order.
          done: from 0, which announces the work, to `total`, which ends it.
          total: how many there are.
        """


SILENT = Reporter()

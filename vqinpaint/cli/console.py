"""Progress and notes on a terminal."""

from __future__ import annotations

import sys

from tqdm import tqdm

from vqinpaint.reporting import Reporter

_DELAY = 2  # seconds after which a bar inside another one is worth showing


class Console(Reporter):
    """Shows one bar for each kind of work under way; notes go to standard error."""

    def __init__(self):
        self._bars = {}

    def note(self, text: str) -> None:
        """One line on standard error that leaves progress bars whole."""
        tqdm.write(text, file=sys.stderr)

    def progress(self, what: str, done: int, total: int) -> None:
        """See `Reporter`. The bar of a folder's pictures stays when it has ended."""
        bar = self._bars.get(what)
        if bar is None:
            self._bars[what] = bar = self._made(what, total)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
            del self._bars[what]

    @staticmethod
    def _made(what, total):
        if what == "pictures":
            return tqdm(desc=what, total=total, unit="", disable=total == 1)
        # Rows of codes are counted ten times a second, which is too much for a file.
        disable = None if what == "rows of codes" else total == 1
        return tqdm(
            desc=what, total=total, unit="", delay=_DELAY, leave=False, disable=disable
        )

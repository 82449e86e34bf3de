"""Progress and notes on a terminal."""

from __future__ import annotations

import sys

from tqdm import tqdm

from vqinpaint.cli.printing import shown
from vqinpaint.printable import printable
from vqinpaint.reporting import Reporter

_DELAY = 2  # seconds after which work inside other work is worth a bar


class Console(Reporter):
    """Shows one bar for each kind of work under way; notes go to standard error."""

    def __init__(self):
        self._bars = {}

    def note(self, text: str) -> None:
        """One line on standard error that leaves progress bars whole."""
        tqdm.write(shown(text, sys.stderr), file=sys.stderr)

    def progress(self, what: str, done: int, total: int, detail: str = "") -> None:
        """See `Reporter`. The bars of pictures and of training steps stay at the end."""
        bar = self._bars.get(what)
        if bar is None:
            self._bars[what] = bar = _made(what, done, total)
        if detail:
            bar.set_postfix_str(printable(detail), refresh=False)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
            del self._bars[what]


def _made(what, done, total):
    common = {"desc": printable(what), "initial": done, "total": total, "unit": ""}
    if what == "pictures":
        return tqdm(**common, disable=total == 1)
    if what.startswith("steps of"):
        # Logs stay short.
        interval = 0.1 if sys.stderr.isatty() else 30
        return tqdm(**common, smoothing=0.02, mininterval=interval)
    # Rows of codes are counted ten times a second, which is too much for a file.
    disable = None if what == "rows of codes" else total == 1
    return tqdm(**common, delay=_DELAY, leave=False, disable=disable)

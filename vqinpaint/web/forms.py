"""What the page's form asks for, as a `Request`; and the state of a job in HTML."""

from __future__ import annotations

import html
import math
from typing import Any

from vqinpaint.errors import UsageError
from vqinpaint.options.request import RANKINGS
from vqinpaint.web.work import Job

# How the choice of completions to keep is called on the page.
KEEP_BY = dict(zip(("likeliest", "most realistic", "most different"), RANKINGS))
# Names of the form's fields, in the order in which `options_of` takes them.
FIELDS = ("num_samples", "seed", "temperature", "top_k", "top_p", "keep", "keep_by")
_WHOLE = ("num_samples", "seed", "top_k", "keep")
# Of the rectangle, in the order in which `Piece.rectangle` takes them.
CORNERS = ("left", "top", "right", "bottom")


def options_of(*values: Any) -> dict[str, Any]:
    """Fields of a `Request` from those of the form, in the order of `FIELDS`.

    Raises:
      UsageError: a field is empty or holds no number.
    """
    given = dict(zip(FIELDS, values))
    for name in FIELDS[:-1]:
        given[name] = (whole_number if name in _WHOLE else number)(name, given[name])
    if given["keep_by"] not in KEEP_BY:
        raise UsageError(f"keep_by must be one of {', '.join(KEEP_BY)}.")
    given["keep_by"] = KEEP_BY[given["keep_by"]]
    return given


def number(name: str, value: Any) -> float:
    """A number of a field. Raises UsageError where it is empty."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"{name} is empty; give a number.")
    return value


def whole_number(name: str, value: Any) -> int:
    """A whole number of a field. Raises UsageError for others."""
    value = number(name, value)
    if not math.isfinite(value) or value != int(value):
        raise UsageError(f"{name} is {value}; give a whole number.")
    return int(value)


def status_of(job: Job[Any]) -> str:
    """A job under way, in HTML."""
    if job.ahead:
        return status(f"Waiting for {job.ahead} computation(s) before this one.")
    detail = job.progress.text()
    told = f"Completing, {job.seconds:.0f} s" + (f": {detail}" if detail else "")
    return status(f"{told}.", job.progress.share())


def status(text: str, share: float | None = None) -> str:
    """A line of text, and a bar, in HTML that screen readers speak out.

    Args:
      text: for people.
      share: how much of the bar is full, 0 to 1; None shows no bar.
    """
    bar = ""
    if share is not None:
        bar = f'<progress aria-label="progress" value="{share:.3f}" max="1"></progress>'
    return f'<div role="status" aria-live="polite">{html.escape(text)}{bar}</div>'

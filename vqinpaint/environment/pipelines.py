"""What Apache Beam says of a pipeline that failed, in one line."""

from __future__ import annotations

import re

from vqinpaint.errors import UsageError, first_line

# The last line of a traceback.
_RAISED = re.compile(r"(\w+\.)*[A-Z]\w*(Error|Exception|Exit|Interrupt)\b")


def failed(error: Exception, advice: str) -> UsageError:
    """The mistake to raise for a pipeline that failed.

    Args:
      error: what the runner raised.
      advice: what to do.
    """
    return UsageError(
        f"the pipeline failed ({reason(error)[:200]}); {advice}. --debug shows more."
    )


def reason(error: Exception) -> str:
    """Why a pipeline failed: what a worker raised, whose traceback Beam may quote."""
    raised = [line for line in str(error).splitlines() if _RAISED.match(line)]
    text = raised[-1] if raised else first_line(error)
    text = re.sub(r"\s*\[while running.*", "", text)
    # Beam raises it again with the name of the step.
    _, _, own = text.partition(": ")
    return own if _RAISED.match(own) else text

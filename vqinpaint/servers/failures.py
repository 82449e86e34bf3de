"""One line for everything that a server may do instead of answering."""

from __future__ import annotations

from typing import Any

from vqinpaint.errors import ModelError

_LONGEST = 200  # characters that are shown of a server's own words
_BRIEF = 60  # of one of its values


def late(url: str, timeout: float) -> ModelError:
    """The whole answer was not there within `timeout` seconds."""
    return ModelError(f"{url} did not answer within {timeout:g} s; raise --timeout.")


def unreachable(url: str, reason: str) -> ModelError:
    """No connection came about, or it broke off."""
    return ModelError(
        f"{url} cannot be reached ({_first_line(reason)}); is the server up?"
    )


def refused(url: str, status: str, reason: Any) -> ModelError:
    """The server answered with an error."""
    return ModelError(f"{url} refuses ({status}: {_first_line(reason)}).")


def nonsense(url: str, told: str) -> ModelError:
    """The server answered what was not asked for."""
    return ModelError(f"{url} answers {_first_line(told)}; is it TensorFlow Serving?")


def too_long(url: str, most_bytes: int) -> ModelError:
    """The answer is longer than any to such a request."""
    return ModelError(
        f"{url} answers more than {most_bytes / 1e6:.1f} MB, longer than any answer to "
        "such a request; is it TensorFlow Serving?"
    )


def brief(value: Any) -> str | None:
    """A value of an answer in few characters; None stays None."""
    return None if value is None else str(value)[:_BRIEF]


def refused_row(model: str, fault: str | bytes) -> ModelError:
    """The server answered, but its model refuses the picture."""
    text = fault.decode("utf-8", "replace") if isinstance(fault, bytes) else fault
    return ModelError(f"the model {model} refuses the picture: {_first_line(text)}")


def _first_line(text):
    lines = str(text).strip().splitlines()
    return lines[0][:_LONGEST] if lines else "no reason given"

"""One line for everything that a server may do instead of answering."""

from __future__ import annotations

from vqinpaint.errors import ModelError

_LONGEST = 200  # characters that are shown of a server's own words


def late(url: str, timeout: float) -> ModelError:
    """The server did not answer within `timeout` seconds."""
    return ModelError(f"{url} did not answer within {timeout:g} s; raise --timeout.")


def unreachable(url: str, reason: str) -> ModelError:
    """No connection came about."""
    return ModelError(
        f"{url} cannot be reached ({_first_line(reason)}); is the server up?"
    )


def refused(url: str, status: str, reason: str) -> ModelError:
    """The server answered with an error."""
    return ModelError(f"{url} refuses ({status}: {_first_line(reason)}).")


def refused_row(model: str, fault: str | bytes) -> ModelError:
    """The server answered, but its model refuses the picture."""
    text = fault.decode("utf-8", "replace") if isinstance(fault, bytes) else fault
    return ModelError(f"the model {model} refuses the picture: {_first_line(text)}")


def _first_line(text):
    lines = str(text).strip().splitlines()
    return lines[0][:_LONGEST] if lines else "no reason given"

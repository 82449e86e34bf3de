"""Checks and prepares the machine when it is imported, before anything that needs more.

It needs nothing but Python itself, so that a Python without this project's packages ends
with one line too.
"""

import re
import sys

from vqinpaint.cli.printing import say
from vqinpaint.environment import machine
from vqinpaint.errors import SetupError


def say_error(message: object) -> None:
    """Shows the one line with which a command ends."""
    text = re.sub(r"\s*\n\s*", " ", str(message).strip())
    say(f"vqinpaint: error: {text}", sys.stderr)


try:
    machine.prepare()
except SetupError as _error:
    say_error(_error)
    sys.exit(_error.exit_code)

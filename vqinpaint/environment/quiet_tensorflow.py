"""Imports TensorFlow without the lines that it prints while it starts.

Commands import this module before any other that uses TensorFlow. Releases after 2.16
print some lines (that oneDNN is on, that there is no GPU) before any of their log levels
applies. At another log level than the one that `machine.prepare` sets, all is shown.
"""

import contextlib
import os
import sys

from vqinpaint.environment import machine


@contextlib.contextmanager
def _without_standard_error():
    """Drops what is written to file descriptor 2, if there is one."""
    try:
        sys.stderr.flush()
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except (AttributeError, OSError):
        yield
        return
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


if machine.prepared_log_level():
    with _without_standard_error():
        import tensorflow  # noqa: F401
else:
    import tensorflow  # noqa: F401

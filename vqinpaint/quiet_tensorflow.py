"""Imports TensorFlow without the lines that it prints while it starts.

Commands import this module before any other that uses TensorFlow. Releases after 2.16
print some lines (that oneDNN is on, that there is no GPU) before any of their log levels
applies. Where the user has chosen a log level, everything is shown.
"""

import contextlib
import os
import sys
import tempfile

from vqinpaint import machine


@contextlib.contextmanager
def _without_standard_error():
    """Holds back what is written to file descriptor 2; shows it if the block fails."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


if machine.prepared_log_level():
    with _without_standard_error():
        import tensorflow  # noqa: F401
else:
    import tensorflow  # noqa: F401

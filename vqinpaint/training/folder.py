"""A stage's folder while it is trained in: its lock and its exact losses."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterable, Iterator

from vqinpaint import outputs
from vqinpaint.errors import ModelError
from vqinpaint.files.regular import is_regular, read_regular

_LARGEST_LOSSES = 1 << 30  # bytes; a million steps take some 30 million
_LOSS = re.compile(rb"[0-9]{1,15} \S{1,40}\n")


@contextlib.contextmanager
def only_writer(folder: str) -> Iterator[None]:
    """Context in which this process alone may train in `folder`, which is made if needed.

    The lock ends with the process, however that ends.

    Raises:
      ModelError: another process trains in this folder.
    """
    os.makedirs(folder, exist_ok=True)
    with _opened(os.path.join(folder, ".lock")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ModelError(
                f"{folder} is in use by process {file.read().strip()}; wait for it or "
                "choose another --run_dir."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _opened(path):
    """The file for reading and writing, made if needed. A link is not followed."""
    if os.path.lexists(path) and not is_regular(path):
        raise ModelError(f"{path} is no regular file; move it away.")
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o666), "r+", encoding="utf-8")


class ExactLosses:
    """losses.txt: a line "STEP HEX" for each step, by which runs can be compared exactly.

    HEX is the loss as `float.hex` writes it, to the last bit.

    Args:
      folder: of the stage.
    """

    def __init__(self, folder: str):
        self._path = os.path.join(folder, "losses.txt")

    def add(self, first: int, losses: Iterable[float]) -> None:
        """Appends the losses of consecutive steps, from step number `first` on."""
        lines = [f"{i} {loss.hex()}\n" for i, loss in enumerate(losses, start=first)]
        outputs.append(self._path, "".join(lines).encode())

    def forget_after(self, step: int) -> None:
        """Removes the lines after `step`, which a killed run wrote, and cut-off lines."""
        if not os.path.lexists(self._path):
            return
        data = read_regular(self._path, _LARGEST_LOSSES, error=ModelError)
        lines = data.splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        if not all(_LOSS.fullmatch(line) for line in whole):
            raise ModelError(
                f"{self._path} holds other lines than 'STEP HEX'; move it away."
            )
        kept = [line for line in whole if int(line.split()[0]) <= step]
        outputs.write(self._path, b"".join(kept), replace=True)

"""A stage's folder while it is trained in: its lock and its exact losses."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator

from vqinpaint.errors import ModelError


@contextlib.contextmanager
def only_writer(folder: str) -> Iterator[None]:
    """Context in which this process alone may train in `folder`, which is made if needed.

    The lock ends with the process, however that ends.

    Raises:
      ModelError: another process trains in this folder.
    """
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, ".lock"), "a+", encoding="utf-8") as file:
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
        with open(self._path, "a", encoding="ascii") as file:
            file.writelines(lines)

    def forget_after(self, step: int) -> None:
        """Removes the lines after `step`, which a killed run wrote, and cut-off lines."""
        if not os.path.exists(self._path):
            return
        with open(self._path, encoding="ascii") as file:
            lines = file.readlines()
        whole = (line for line in lines if line.endswith("\n"))
        kept = [line for line in whole if int(line.split()[0]) <= step]
        temporary = f"{self._path}.new"
        with open(temporary, "w", encoding="ascii") as file:
            file.writelines(kept)
        os.replace(temporary, self._path)

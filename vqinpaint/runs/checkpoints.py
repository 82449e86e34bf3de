"""Checkpoints that survive kills, damage and full disks.

A checkpoint is written, read back, flushed to the disk, and only then pointed to; older
ones are deleted last. So the newest one that can be read is never further back than one
interval between two checkpoints.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from typing import Any

import tensorflow as tf
from google.protobuf import text_format
from tensorflow.python.training.checkpoint_state_pb2 import CheckpointState

from vqinpaint import outputs
from vqinpaint.errors import DiskError, ModelError, UserError, first_line
from vqinpaint.files.plain_paths import plain_path
from vqinpaint.files.regular import read_regular
from vqinpaint.outputs.temporaries import sweep
from vqinpaint.reporting import SILENT, Reporter
from vqinpaint.runs.bundles import Bundle

# Bytes of the largest file `checkpoint`, which names checkpoints.
_LARGEST_POINTER = 1 << 20
# What TensorFlow and Python raise on a damaged checkpoint.
_DAMAGE = (tf.errors.OpError, ValueError, IndexError, KeyError, UnicodeDecodeError)


class Checkpoints:
    """Checkpoints of one stage in one folder.

    Args:
      folder: where they are kept; made when the first one is saved.
      items: trackable objects by their names in the checkpoints.
      keep: number of newest checkpoints that are kept.
      reporter: told of damaged checkpoints.
    """

    def __init__(
        self,
        folder: str,
        items: Mapping[str, Any],
        keep: int = 3,
        reporter: Reporter = SILENT,
    ):
        self.folder = folder
        self.step = tf.Variable(0, dtype=tf.int64, trainable=False, name="step")
        self._checkpoint = tf.train.Checkpoint(step=self.step, **items)
        self._keep = keep
        self._reporter = reporter

    def restore(self) -> int:
        """Restores the newest checkpoint that can be read.

        Newer ones that cannot be read are renamed to *.bad, with a note. What
        unfinished writes left behind is removed.

        Returns:
          The restored step; 0 where there never was a checkpoint.

        Raises:
          ModelError: there are checkpoints but none can be restored.
        """
        _sweep(self.folder)
        damaged = []
        for step in reversed(steps_in(self.folder)):
            try:
                self.restore_step(step)
            except ModelError as error:
                damaged.append((step, error))
                continue
            for bad, _ in damaged:
                self._set_aside(bad)
            if damaged:
                self._point_to(step)
            return int(self.step.numpy())
        if damaged or os.path.exists(os.path.join(self.folder, "checkpoint")):
            reason = damaged[0][1] if damaged else "only the pointer file is left."
            raise ModelError(
                f"none of the checkpoints in {self.folder} can be restored; move the "
                f"folder away to start anew. The newest: {reason}"
            )
        return 0

    def restore_step(self, step: int) -> None:
        """Restores the checkpoint of one step.

        Raises:
          ModelError: it is damaged, or of another network.
        """
        verify(self._path(step))
        restore(self._checkpoint, self._path(step))

    def write(self, step: int) -> None:
        """Writes the files of the checkpoint of `step`, to which nothing points yet."""
        self._checkpoint.write(plain_path(self._path(step)))

    def save(self, step: int) -> None:
        """Saves a checkpoint for `step` and deletes those that are not kept.

        Raises:
          DiskError: the disk is full or refuses; the checkpoint before is intact.
        """
        self.step.assign(step)
        path = self._path(step)
        os.makedirs(self.folder, exist_ok=True)
        try:
            self.write(step)
            verify(path)
            for name in _files(path):
                _flush(name)
            self._point_to(step)
        except (tf.errors.OpError, OSError, ModelError) as error:
            size = 3 * sum(map(os.path.getsize, self._previous_files()))
            raise DiskError(
                f"the checkpoint of step {step} cannot be written to {self.folder} "
                f"({first_line(error)[-48:]}); free some space"
                f"{f' ({size / 1e6:.0f} MB)' if size else ''} and start again"
                f"{', the one before it is intact' if size else ''}."
            ) from None
        for old in steps_in(self.folder)[: -self._keep]:
            for name in _files(self._path(old)):
                os.remove(name)

    def _path(self, step):
        return os.path.join(self.folder, f"step-{step}")

    def _previous_files(self):
        steps = steps_in(self.folder)
        return _files(self._path(steps[-1])) if steps else []

    def _set_aside(self, step):
        for name in _files(self._path(step)):
            os.rename(name, f"{name}.bad")
        self._reporter.note(
            f"warning: {self._path(step)} is damaged; set aside as .bad, going on from "
            "the one before it."
        )

    def _point_to(self, step):
        """Replaces TensorFlow's pointer file, in one operation of the file system."""
        # Without the folder's path, so that the folder can be moved.
        state = CheckpointState(model_checkpoint_path=f"step-{step}")
        steps = [s for s in steps_in(self.folder) if s <= step][-self._keep :]
        state.all_model_checkpoint_paths.extend(f"step-{s}" for s in steps)
        pointer = os.path.join(self.folder, "checkpoint")
        with outputs.new_file(pointer, replace=True) as file:
            file.write(str(state).encode())
            file.flush()
            os.fsync(file.fileno())
        _flush(self.folder)


def steps_in(folder: str) -> list[int]:
    """Steps of the complete checkpoints in a folder, ascending.

    The pointer file is not needed; a folder that does not exist has none.
    """
    if not os.path.isdir(folder):
        return []
    names = {entry.name for entry in os.scandir(folder) if entry.is_file()}
    found = (re.fullmatch(r"step-([0-9]+)\.index", name) for name in names)
    steps = sorted(int(match[1]) for match in found if match)
    return [s for s in steps if any(n.startswith(f"step-{s}.data-") for n in names)]


def newest(folder: str) -> str | None:
    """Path of the checkpoint to use: the one pointed to, else that of the last step.

    None where the folder has no checkpoint.
    """
    name = os.path.basename(pointed_to(folder))
    steps = steps_in(folder)
    if name in [f"step-{step}" for step in steps]:
        return os.path.join(folder, name)
    return os.path.join(folder, f"step-{steps[-1]}") if steps else None


def pointed_to(folder: str) -> str:
    """What the file `checkpoint` of a folder names; "" where it is missing or damaged."""
    try:
        data = read_regular(os.path.join(folder, "checkpoint"), _LARGEST_POINTER)
        state = text_format.Parse(data.decode(), CheckpointState())
    except (UserError, UnicodeDecodeError, text_format.ParseError):
        return ""
    return state.model_checkpoint_path


def verify(path: str) -> None:
    """Reads a checkpoint to its end, checksums included.

    Raises:
      ModelError: some of it cannot be read.
    """
    Bundle(path).verify()


def restore(checkpoint: tf.train.Checkpoint, path: str) -> None:
    """Restores a checkpoint into all objects of `checkpoint`.

    What the file holds beyond them is left alone.

    Raises:
      ModelError: it is damaged, or lacks one of the objects, or has it in another shape.
    """
    Bundle(path)
    try:
        status = checkpoint.read(plain_path(path))
        status.assert_existing_objects_matched()
    except Exception as error:  # of many kinds, whatever the damage
        raise ModelError(
            f"the checkpoint {path} is damaged or of another network "
            f"({first_line(error)[:160]})."
        ) from None
    # TensorFlow would otherwise print a warning for each value that is not asked for.
    status.expect_partial()


def _files(path):
    folder, stem = os.path.split(path)
    return [
        os.path.join(folder, name)
        for name in sorted(os.listdir(folder))
        if name == f"{stem}.index" or re.fullmatch(rf"{stem}\.data-[\d-]+of-\d+", name)
    ]


def _flush(path):
    """Writes a file, or the names in a folder, through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(folder):
    """Removes what unfinished writes left behind, to which nothing ever pointed."""
    if not os.path.isdir(folder):
        return
    sweep(folder)
    whole = {f"step-{step}" for step in steps_in(folder)}
    for name in os.listdir(folder):
        path, stem = os.path.join(folder, name), name.split(".")[0]
        if re.fullmatch(r"step-\d+_temp.*", name) and os.path.isdir(path):
            shutil.rmtree(path)
        elif name == "checkpoint.new" or ".tempstate" in name:  # earlier versions'
            os.remove(path)
        elif re.fullmatch(r"step-\d+\.(index|data-.*\d)", name) and stem not in whole:
            os.remove(path)

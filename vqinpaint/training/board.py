"""What training tells: log.jsonl and TensorBoard."""

import json
import os

import tensorflow as tf

from vqinpaint.ops.images import to_uint8


class Board:
    """Writes scalars and pictures of one stage.

    Args:
      folder: of the stage.
    """

    def __init__(self, folder):
        self._folder = folder
        self._writer = tf.summary.create_file_writer(folder)

    def scalars(self, kind, step, values):
        """`values` by name under "NAME/KIND", kind being "train" or "validation"."""
        with open(os.path.join(self._folder, "log.jsonl"), "a", encoding="utf-8") as f:
            f.write(json.dumps({"step": step, "kind": kind, **values}) + "\n")
        with self._writer.as_default(step=step):
            for name, value in values.items():
                tf.summary.scalar(f"{name}/{kind}", value)

    def pictures(self, step, rows):
        """`rows` by name, float32 [N, H, W, 3] in [-1, 1]."""
        with self._writer.as_default(step=step):
            for name, row in rows.items():
                tf.summary.image(name, to_uint8(row), max_outputs=row.shape[0])
        self.flush()

    def flush(self):
        self._writer.flush()

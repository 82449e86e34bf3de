"""What training writes for people: log.jsonl and TensorBoard's events."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf
from tensorboard.plugins import projector
from tensorboard.plugins.hparams import api as hparams

from vqinpaint import outputs
from vqinpaint.errors import ModelError
from vqinpaint.files.plain_paths import plain_path
from vqinpaint.files.regular import read_regular
from vqinpaint.ops.images import to_uint8
from vqinpaint.pictures import png
from vqinpaint.stages.base import CodebookView

_Result = TypeVar("_Result")
_LARGEST_LOG = 1 << 30  # bytes; a line every hundred of a million steps takes 4 million


class Board:
    """Writes figures, pictures and codebooks of one stage.

    Args:
      folder: of the stage; TensorBoard's events and log.jsonl go there.
    """

    def __init__(self, folder: str):
        self._folder = folder
        self._writer = tf.summary.create_file_writer(plain_path(folder))

    def scalars(self, kind: str, step: int, values: Mapping[str, float]) -> None:
        """Adds a line to log.jsonl, and each value to TensorBoard as "NAME/KIND".

        Args:
          kind: "train", "validation" or "evaluation".
          step: number of steps taken.
          values: by name.
        """
        line = outputs.as_json({"step": step, "kind": kind, **values}, indent=None)
        outputs.append(self._path("log.jsonl"), line)
        with self._writer.as_default(step=step):
            for name, value in values.items():
                tf.summary.scalar(f"{name}/{kind}", value)

    def forget_after(self, step: int) -> None:
        """Removes the lines of log.jsonl after `step`, which a killed run wrote.

        Lines that are no objects with a step, as of a write that was cut off, go too.
        """
        path = self._path("log.jsonl")
        if not os.path.lexists(path):
            return
        lines = read_regular(path, _LARGEST_LOG, error=ModelError).splitlines(True)
        kept = [line for line in lines if 0 <= _step_of(line) <= step]
        if kept != lines:
            outputs.write(path, b"".join(kept), replace=True)

    def pictures(self, step: int, rows: Mapping[str, tf.Tensor]) -> None:
        """Adds rows of pictures by name, float32 [N, H, W, 3] in [-1, 1] each."""
        with self._writer.as_default(step=step):
            for name, row in rows.items():
                tf.summary.image(name, to_uint8(row), max_outputs=row.shape[0])
        self.flush()

    def plots(self, step: int, plots: Mapping[str, bytes]) -> None:
        """Adds PNG files by name."""
        with self._writer.as_default(step=step):
            for name, data in plots.items():
                tf.summary.image(name, tf.io.decode_png(data, 3)[None])
        self.flush()

    def histograms(self, step: int, variables: Iterable[tf.Variable]) -> None:
        """Adds a histogram of each variable's values, under the variable's name."""
        with self._writer.as_default(step=step):
            for variable in variables:
                tf.summary.histogram(variable.name.split(":")[0], variable)

    def codebooks(self, step: int, views: Mapping[str, CodebookView]) -> None:
        """Adds how often codes are used, and writes the codes for the projector.

        Args:
          step: number of steps taken.
          views: by the codebook's name.
        """
        config = projector.ProjectorConfig()
        with self._writer.as_default(step=step):
            for name, view in views.items():
                shares = view.counts / tf.reduce_sum(view.counts)
                # A code of average use is at 0, an unused one far to the left.
                relative = tf.math.log(shares * len(shares) + 1e-6) / math.log(2)
                tf.summary.histogram(f"code usage, log2/{name}", relative)
                used = tf.reduce_mean(tf.cast(shares > 0.01 / len(shares), tf.float32))
                tf.summary.scalar(f"share of codes in use/{name}", used)
                self._add_embedding(config, name, view, shares.numpy())
        if views:
            projector.visualize_embeddings(plain_path(self._folder), config)

    def _add_embedding(self, config, name, view, shares):
        entry = config.embeddings.add()
        entry.tensor_name = f"codebook {name}"
        entry.tensor_path = f"codebook_{name}.tsv"
        entry.metadata_path = f"codebook_{name}_usage.tsv"
        entry.sprite.image_path = f"codebook_{name}.png"
        side = view.patches.shape[1]
        entry.sprite.single_image_dim.extend([side, side])
        with outputs.new_file(self._path(entry.tensor_path), replace=True) as file:
            np.savetxt(file, view.codes.numpy(), "%.6g", "\t")
        lines = [f"{i}\t{share:.6f}\n" for i, share in enumerate(shares)]
        usage = "".join(["code\tshare\n", *lines]).encode()
        outputs.write(self._path(entry.metadata_path), usage, replace=True)
        across = math.ceil(math.sqrt(len(shares)))
        sprite = np.zeros((across * side, across * side, 3), np.uint8)
        for i, patch in enumerate(to_uint8(view.patches).numpy()):
            y, x = i // across * side, i % across * side
            sprite[y : y + side, x : x + side] = patch
        sprite_path = self._path(entry.sprite.image_path)
        outputs.write(sprite_path, png.encoded(sprite), replace=True)

    def _path(self, name):
        return os.path.join(self._folder, name)

    def hyperparameters(self, values: Mapping[str, Any]) -> None:
        """Adds numbers, texts and switches by name; None, "not given", is left out."""
        given = {name: value for name, value in values.items() if value is not None}
        with self._writer.as_default(step=0):
            hparams.hparams(given)

    def graph_of(self, call: Callable[[], _Result], step: int) -> _Result:
        """Makes the first call of a tf.function, adds its graph, returns its result."""
        tf.summary.trace_on(graph=True)
        result = call()
        with self._writer.as_default(step=step):
            tf.summary.trace_export("one step")
        return result

    def flush(self) -> None:
        """Writes to the disk what is still in memory."""
        self._writer.flush()


def _step_of(line):
    """The step that a line of log.jsonl is of; -1 where it is no such line."""
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return -1

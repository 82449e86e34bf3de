"""What training tells: log.jsonl and TensorBoard."""

import json
import math
import os

import numpy as np
import tensorflow as tf
from PIL import Image
from tensorboard.plugins import projector
from tensorboard.plugins.hparams import api as hparams

from vqinpaint.ops.images import to_uint8


class Board:
    """Writes what a person may want to see of one stage.

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

    def histograms(self, step, variables):
        """Of the values of each variable."""
        with self._writer.as_default(step=step):
            for variable in variables:
                tf.summary.histogram(variable.name.split(":")[0], variable)

    def codebooks(self, step, views):
        """How often codes are used, and the codes themselves for the projector.

        Args:
          step: int.
          views: `CodebookView` by name.
        """
        config = projector.ProjectorConfig()
        with self._writer.as_default(step=step):
            for name, view in views.items():
                shares = view.counts / tf.reduce_sum(view.counts)
                # Alike used codes stand at 0; an unused one far to the left.
                relative = tf.math.log(shares * len(shares) + 1e-6) / math.log(2)
                tf.summary.histogram(f"code usage, log2/{name}", relative)
                used = tf.reduce_mean(tf.cast(shares > 0.01 / len(shares), tf.float32))
                tf.summary.scalar(f"share of codes in use/{name}", used)
                self._add_embedding(config, name, view, shares.numpy())
        if views:
            projector.visualize_embeddings(self._folder, config)

    def _add_embedding(self, config, name, view, shares):
        entry = config.embeddings.add()
        entry.tensor_name = f"codebook {name}"
        entry.tensor_path = f"codebook_{name}.tsv"
        entry.metadata_path = f"codebook_{name}_usage.tsv"
        entry.sprite.image_path = f"codebook_{name}.png"
        side = view.patches.shape[1]
        entry.sprite.single_image_dim.extend([side, side])
        np.savetxt(self._path(entry.tensor_path), view.codes.numpy(), "%.6g", "\t")
        with open(self._path(entry.metadata_path), "w", encoding="utf-8") as file:
            file.write("code\tshare\n")
            file.writelines(f"{i}\t{share:.6f}\n" for i, share in enumerate(shares))
        across = math.ceil(math.sqrt(len(shares)))
        sprite = np.zeros((across * side, across * side, 3), np.uint8)
        for i, patch in enumerate(to_uint8(view.patches).numpy()):
            y, x = i // across * side, i % across * side
            sprite[y : y + side, x : x + side] = patch
        Image.fromarray(sprite).save(self._path(entry.sprite.image_path))

    def _path(self, name):
        return os.path.join(self._folder, name)

    def hyperparameters(self, values):
        """`values` by name: numbers, texts and switches; None, "not given", is left out."""
        given = {name: value for name, value in values.items() if value is not None}
        with self._writer.as_default(step=0):
            hparams.hparams(given)

    def graph_of(self, call, step):
        """Calls a tf.function for the first time and keeps its graph; its result."""
        tf.summary.trace_on(graph=True)
        result = call()
        with self._writer.as_default(step=step):
            tf.summary.trace_export("one step")
        return result

    def flush(self):
        self._writer.flush()

"""The Inception network of 2015-12-05, by whose features FID is defined."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from vqinpaint.errors import ModelError, first_line
from vqinpaint.features.frozen_graph import read_graph
from vqinpaint.files import digests

# The graph decodes a JPEG, and puts it into a batch of one by ExpandDims; from there on it
# scales to 299 x 299 and to [-1, 1] by itself, for any number of pictures up to pool_3.
_INPUT, _POOL, _CLASSES = "ExpandDims", "pool_3", "softmax/logits/MatMul"


class Inception:
    """Features and class weights of the frozen graph `classify_image_graph_def.pb`.

    Everything is the graph's own, down to how it scales pictures (bilinear, without a
    filter): FID by another network, or by another way of scaling, is another figure.

    Args:
      path: of the graph.

    Attributes:
      class_weights: float32 [D, K]; features times these are logits of classes. The
        graph's bias is left out, as in the code of the inception score.
      sha256: of the file.

    Raises:
      ModelError: the file is missing, damaged, or not that graph; see
        `frozen_graph.read_graph`.
    """

    def __init__(self, path: str) -> None:
        definition = read_graph(path, (_INPUT, _POOL, _CLASSES))
        self.sha256 = digests.of_file(path)
        graph = tf.Graph()
        try:
            with graph.as_default():
                self._input = tf.compat.v1.placeholder(
                    tf.float32, [None, None, None, 3]
                )
                pool, classes = tf.import_graph_def(
                    definition,
                    input_map={f"{_INPUT}:0": self._input},
                    return_elements=[f"{_POOL}:0", _CLASSES],
                    name="",
                )
                self._pool = pool
            # A graph of that age can be run by a session alone: as a function it would
            # be of today's version, in which some of its operations are gone.
            self._session = tf.compat.v1.Session(graph=graph)
            self.class_weights = self._session.run(classes.inputs[1])
            width = self(np.zeros([1, 299, 299, 3], np.uint8)).shape[-1]
        except (tf.errors.OpError, ValueError, IndexError) as error:
            raise ModelError(
                f"{path} cannot be run as the Inception graph of 2015-12-05 "
                f"({first_line(error)[:160]})."
            ) from None
        if self.class_weights.shape[:1] != (width,):
            raise ModelError(
                f"{path}: {_POOL} has {width} numbers, but {_CLASSES} takes "
                f"{list(self.class_weights.shape)}; it is not the Inception graph."
            )

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        """Features of pictures, each by itself.

        Args:
          pictures: uint8 [B, H, W, 3], of any size.

        Returns:
          float32 [B, D]; D is 2048.
        """
        pool = self._session.run(
            self._pool, {self._input: np.asarray(pictures, np.float32)}
        )
        return pool.reshape(len(pictures), -1)

"""Tries a SavedModel as its consumers will, before it is given its name."""

import contextlib
import gc
import time

import numpy as np
import tensorflow as tf

from vqinpaint.errors import ModelError
from vqinpaint.exporting.requests import requests
from vqinpaint.files.plain_paths import plain_path
from vqinpaint.joined import saved_graph
from vqinpaint.reporting import SILENT

_BATCHES = (1, 2, 8)
_BRIEF = ("serving_default", "encode", "reconstruct")
# Graphs are optimised differently, so rounding may differ in the last digits.
_TOLERANCE = 1e-4


def validate(folder, model, thorough=True, reporter=SILENT):
    """Compares an export with the model it was made from, signature by signature.

    Through TensorFlow 2's loader with batches of 1, 2 and 8, and through a TensorFlow 1
    session without XLA.

    Args:
      folder: SavedModel.
      model: `ServedInpainter` or `ServedPic`.
      thorough: False tries one row of three signatures through TensorFlow 2 alone, for
        which less memory will do.
      reporter: told of progress.

    Returns:
      Seconds that loading took.

    Raises:
      ModelError: an operation that servers do not have, or another answer.
    """
    check_operations(folder)
    start = time.monotonic()
    loaded = tf.saved_model.load(plain_path(folder))
    seconds = time.monotonic() - start
    functions, first = model.signatures(), {}
    if not thorough:
        functions = {name: functions[name] for name in _BRIEF if name in functions}
    for name, function in reporter.each("signatures tried", functions.items()):
        expected = {}
        for batch in reversed(_BATCHES if thorough else (1,)):
            inputs = requests(model, batch)[name]
            tensors = {key: tf.constant(value) for key, value in inputs.items()}
            if not expected:
                expected = _numpy(function(*tensors.values()))
            answer = _numpy(loaded.signatures[name](**tensors))
            _compare(name, batch, answer, expected)
        first[name] = inputs, expected
    if not thorough:
        return seconds
    del loaded  # large models need the room
    gc.collect()
    with contextlib.closing(_Session(folder)) as session:
        for name in reporter.each("signatures tried in a session", functions):
            inputs, expected = first[name]
            _compare(name, "1, session", session.run(name, inputs), expected)
    return seconds


def check_operations(folder):
    """Refuses what a server cannot run, or loading refuses: see `joined.saved_graph`.

    Raises:
      ModelError: names the first such operation.
    """
    graph = saved_graph.read_graph(folder)
    compiled = [
        node
        for _, node in saved_graph.nodes_of(graph)
        if "_XlaMustCompile" in node.attributes and node.attributes["_XlaMustCompile"].b
    ]
    for node in (saved_graph.first_foreign(graph), *compiled):
        if node:
            raise ModelError(
                f"the graph holds {node.operation} ({node.name}), which a server without "
                "Python and XLA cannot run, or which vqinpaint does not load; not kept."
            )


def _numpy(outputs):
    return {name: value.numpy() for name, value in outputs.items()}


class _Session:
    """A TensorFlow 1 session with the model, XLA switched off."""

    def __init__(self, folder):
        config = tf.compat.v1.ConfigProto()
        config.graph_options.optimizer_options.global_jit_level = (
            tf.compat.v1.OptimizerOptions.OFF
        )
        self._session = tf.compat.v1.Session(graph=tf.Graph(), config=config)
        tf.get_logger().setLevel("ERROR")  # it says to use TensorFlow 2's loader
        with self._session.graph.as_default():
            graph = tf.compat.v1.saved_model.load(
                self._session, ["serve"], plain_path(folder)
            )
        self._signatures = graph.signature_def

    def run(self, name, inputs):
        signature = self._signatures[name]
        feed = {signature.inputs[key].name: value for key, value in inputs.items()}
        fetch = {key: tensor.name for key, tensor in signature.outputs.items()}
        return self._session.run(fetch, feed)

    def close(self):
        self._session.close()


def _compare(signature, batch, answer, expected):
    """The first rows of both must agree: codes and pictures to rounding."""
    # Faults and codes first: where they differ, all else does.
    for name in sorted(answer, key=lambda name: name not in ("error", "codes")):
        value, wanted = answer[name], expected[name][: len(answer[name])]
        if name != "error" and value.dtype == object:  # PNG
            value, wanted = _decode(value), _decode(wanted)
        if name == "error":
            same = not any(value) and not any(wanted)
        elif value.dtype == np.uint8:
            same = np.abs(value.astype(int) - wanted).max() <= 1
        elif name in ("bits", "texture_bits"):
            # Sums of a thousand differences of large logits.
            same = np.allclose(value, wanted, rtol=1e-3, atol=0.05)
        else:
            same = np.allclose(value, wanted, rtol=_TOLERANCE, atol=_TOLERANCE)
        if value.shape != wanted.shape or not same:
            raise ModelError(
                f"the saved model's {signature} answers otherwise than the model it "
                f"was made from ({name}, batch {batch}); not kept."
            )


def _decode(array):
    return np.stack([tf.io.decode_png(png).numpy() for png in array.ravel()])

"""Layers carry the names of the authors' checkpoints; this maps them to variables."""

import collections
import re
from typing import NamedTuple

import tensorflow as tf


class Numbering:
    """Names layers in the order of their making, as the authors' counters do.

    number = Numbering(); number("conv2d") -> "conv2d_0"; number("conv2d") -> "conv2d_1"
    """

    def __init__(self):
        self._next = collections.Counter()

    def __call__(self, kind, take=None):
        """The next name of a kind, or a list of the next `take` names."""
        start = self._next[kind]
        self._next[kind] += take or 1
        names = [f"{kind}_{i}" for i in range(start, self._next[kind])]
        return names if take else names[0]


class Slot(NamedTuple):
    """A variable, or the columns of it that belong to one attention head."""

    variable: tf.Variable
    columns: slice = slice(None)

    def read(self):
        """The value as a NumPy array."""
        value = self.variable.numpy()
        return value[..., self.columns] if value.ndim else value

    def write(self, value):
        """Stores an array in these columns. Raises ValueError on another shape."""
        current = self.read()
        if current.shape != value.shape:
            raise ValueError(
                f"{self.variable.name} takes {current.shape}, not {value.shape}"
            )
        whole = self.variable.numpy()
        if whole.ndim:
            whole[..., self.columns] = value
            value = whole
        self.variable.assign(value)


_KEYS = {
    "kernel": "W",
    "direction": "V",
    "gain": "g",
    "bias": "b",
    "left": "u",
    "codes": "embedding",
    "counts": "ema_cluster_size",
    "sums": "ema_dw",
}
# Zero-debiased averages; TensorFlow 1 repeats the scope in these names.
_AVERAGE_KEYS = {
    "biased_counts": ["ema_cluster_size/biased"],
    "biased_sums": ["ema_dw/biased"],
    "steps_taken": ["ema_cluster_size/local_step", "ema_dw/local_step"],
}
_NAMED = re.compile(
    r"(conv2d|deconv2d|wnconv2d|wndense|gated_conv2d|gated_deconv2d|snconv2d"
    r"|vector_quantize)_\d+"
)


def authors_variables(network, averages=False):
    """All variables of a built network by their names in the authors' checkpoints.

    Args:
      network: a built Keras model of `vqinpaint.models`.
      averages: whether to name the codebooks' biased averages and step counts too,
        which only checkpoints made in training hold.

    Returns:
      dict from names such as "structure_pixelcnn/wndense_6/V" to `Slot`.
    """
    slots = {}
    for layer in network.submodules:
        if not _NAMED.fullmatch(getattr(layer, "name", "")):
            continue
        for attribute, key in _KEYS.items():
            variable = getattr(layer, attribute, None)
            if hasattr(variable, "assign"):
                slots.update(_slots(network.name, layer, variable, key))
        scope = f"{network.name}/{layer.name}"
        for attribute, keys in _AVERAGE_KEYS.items() if averages else ():
            if hasattr(layer, attribute):
                slot = Slot(getattr(layer, attribute))
                slots.update({f"{scope}/{scope}/{key}": slot for key in keys})
    return slots


def _slots(prefix, layer, variable, key):
    heads = getattr(layer, "heads", 1)
    kind, number = layer.name.rsplit("_", 1)
    width = variable.shape[-1] // heads if heads > 1 else None
    for head in range(heads):
        # The authors make query, key and value of a head before the next head's.
        name = f"{prefix}/{kind}_{int(number) + 3 * head}/{key}"
        columns = slice(head * width, (head + 1) * width) if width else slice(None)
        yield name, Slot(variable, columns)

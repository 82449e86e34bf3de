"""Frozen graphs of TensorFlow 1, looked at before TensorFlow imports them."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError

from vqinpaint.errors import ModelError
from vqinpaint.files.regular import read_regular
from vqinpaint.joined.operations import ALLOWED

_LARGEST = 512 << 20  # bytes; Inception has 96 million
_LARGEST_CONSTANT = 1 << 26  # numbers; Inception's classes take two million
# Older names of operations that do no more than those of today's models.
_OLDER = frozenset({"BatchNormWithGlobalNormalization", "Concat"})


def read_graph(path: str, needed: tuple[str, ...]) -> Any:
    """The `GraphDef` of a file, once it is known to do nothing but compute.

    Args:
      path: of a serialised graph whose weights are constants.
      needed: names of nodes that it must have.

    Raises:
      ModelError: the file is missing, too large or damaged, lacks a node, or holds an
        operation that may reach files, the network or Python, which is named.
    """
    data = read_regular(path, _LARGEST, error=ModelError)
    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(data)
    except DecodeError:
        raise ModelError(f"{path} is no graph of TensorFlow, or damaged.") from None
    names = {node.name for node in graph.node}
    missing = [name for name in needed if name not in names]
    if missing:
        raise ModelError(
            f"{path} has no node {missing[0]}; it is not the graph that is needed."
        )
    known = ALLOWED | _OLDER
    foreign = [node for node in graph.node if node.op not in known]
    if foreign or graph.library.function:
        name = foreign[0].op if foreign else "a function"
        raise ModelError(
            f"{path} is not loaded: it holds {name[:60]}, which no network of weights "
            "needs and which may reach files, the network or Python."
        )
    for node in graph.node:
        # Asking for an attribute that is missing would add it to the node.
        if node.op == "Const" and "value" in node.attr:
            sizes = [d.size for d in node.attr["value"].tensor.tensor_shape.dim]
            if math.prod(max(size, 0) for size in sizes) > _LARGEST_CONSTANT:
                raise ModelError(
                    f"{path} holds a constant of {sizes[:16]}; it is damaged."
                )
    return graph

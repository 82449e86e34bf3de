"""What a SavedModel holds, looked at before TensorFlow loads and so may run it.

A SavedModel is a program: among TensorFlow's operations are some that write files, open
connections or call Python, and some of a model's functions run while it is loaded.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tensorflow.core.protobuf import fingerprint_pb2, saved_model_pb2
from tensorflow.python.saved_model.pywrap_saved_model import fingerprinting

from vqinpaint.errors import ModelError
from vqinpaint.files.plain_paths import plain_path
from vqinpaint.files.regular import is_regular
from vqinpaint.joined.operations import ALLOWED, SAVING
from vqinpaint.runs.bundles import Bundle

# Bytes of the largest graph; those of the paper's size have some ten million. Once read,
# it may take sixty times the room.
_LARGEST_GRAPH = 32 << 20
# Bytes of the largest file beside it that TensorFlow reads.
_LARGEST_BESIDE = 1 << 20
# Numbers in the largest constant; weights are variables.
_LARGEST_CONSTANT = 1 << 26
_VARIABLES = os.path.join("variables", "variables")
_READ_BESIDE = ("fingerprint.pb", os.path.join("debug", "saved_model_debug_info.pb"))


class Node(NamedTuple):
    """An operation in a graph."""

    operation: str
    name: str
    attributes: Any  # by name


def check(folder: str) -> Any:
    """Refuses a SavedModel that is damaged, or that may do more than compute.

    Args:
      folder: of the SavedModel.

    Returns:
      Its `MetaGraphDef`.

    Raises:
      ModelError: says what is missing or damaged, or names the operation.
    """
    graph = read_graph(folder)
    _check_form(folder, graph)
    node = first_foreign(graph)
    if node:
        raise ModelError(
            f"{folder} is not loaded: its graph holds {node.operation} "
            f"({node.name[:60]}), which no model of vqinpaint needs and which may reach "
            "files, the network or Python."
        )
    _check_constants(folder, graph)
    Bundle(os.path.join(folder, _VARIABLES))
    _check_fingerprint(folder)
    return graph


def read_graph(folder: str) -> Any:
    """The only `MetaGraphDef` of a SavedModel. Raises ModelError."""
    path = os.path.join(folder, "saved_model.pb")
    others = [n for n in ("saved_model.pbtxt", "saved_model.cpb") if _there(folder, n)]
    if others:
        raise ModelError(
            f"{folder} holds {others[0]} beside saved_model.pb; no export of vqinpaint "
            "does."
        )
    if not os.path.isfile(path):
        raise _damaged(folder, "saved_model.pb is missing or no regular file")
    for name in _READ_BESIDE:
        beside = os.path.join(folder, name)
        if _there(folder, name) and not is_regular(beside):
            raise _damaged(folder, f"{name} is no regular file")
        if is_regular(beside) and os.path.getsize(beside) > _LARGEST_BESIDE:
            raise _damaged(folder, f"{name} has more than {_LARGEST_BESIDE >> 20} MB")
    if os.path.getsize(path) > _LARGEST_GRAPH:
        raise ModelError(
            f"{path} has more than {_LARGEST_GRAPH >> 20} MB; no graph of vqinpaint is "
            "that large."
        )
    with open(path, "rb") as file:
        data = file.read()
    model = saved_model_pb2.SavedModel()
    try:
        model.ParseFromString(data)
    except Exception as error:  # protobuf has several implementations
        raise _damaged(folder, f"saved_model.pb: {str(error)[:80]}") from None
    if len(model.meta_graphs) != 1:
        raise _damaged(folder, f"{len(model.meta_graphs)} graphs instead of one")
    return model.meta_graphs[0]


def first_foreign(graph: Any) -> Node | None:
    """The first operation that a model of this project may not hold, or None.

    TensorFlow's own functions for saving and restoring may hold file operations. They are
    those that the two nodes call which the saver names; and no one else may call them.

    Args:
      graph: `MetaGraphDef`.
    """
    saver = graph.saver_def
    named = {saver.save_tensor_name.partition(":")[0], saver.restore_op_name}
    calling = [node for node in graph.graph_def.node if node.name in named]
    if len(calling) > len(named):
        return Node(calling[0].op, calling[0].name, calling[0].attr)
    savers = {
        name
        for node in calling
        if node.op == "StatefulPartitionedCall"
        for name in _called(node.attr)
    }
    for function in graph.graph_def.library.function:
        # An operation of a function's name calls that function.
        if function.signature.name in ALLOWED | SAVING:
            return Node("a function of that name", function.signature.name, {})
    for owner, node in nodes_of(graph):
        known = ALLOWED | SAVING if owner in savers else ALLOWED
        called = _called(node.attributes)
        if owner is None and node.name in named:
            called -= savers
        if node.operation not in known or called & savers:
            return node
    for name in _offered(graph):
        if name in savers:
            return Node("RestoreV2", name, {})
    return None


def nodes_of(graph: Any) -> Iterator[tuple[str | None, Node]]:
    """(name of the function or None, node) of a whole `MetaGraphDef`."""
    for node in graph.graph_def.node:
        yield None, Node(node.op, node.name, node.attr)
    for function in graph.graph_def.library.function:
        for node in function.node_def:
            yield function.signature.name, Node(node.op, node.name, node.attr)


def functions_below(library: Any, roots: Iterable[str]) -> set[str]:
    """Names of all functions of a `FunctionDefLibrary` that some of them need.

    Args:
      library: functions.
      roots: names of those that are called; they are among the result.
    """
    by_name = {function.signature.name: function for function in library.function}
    found: set[str] = set()
    left = list(roots)
    while left:
        name = left.pop()
        if name in by_name and name not in found:
            found.add(name)
            for node in by_name[name].node_def:
                left += [node.op, *_called(node.attr)]
    return found


def _called(attributes):
    """Names of the functions that a node's attributes mention."""
    found = set()
    for value in attributes.values():
        functions = [value.func] if value.HasField("func") else value.list.func
        for function in functions:
            found |= {function.name, *_called(function.attr)}
    return found


def _offered(graph):
    """Names of the functions that loading gives to Python, and of those for gradients."""
    library = graph.graph_def.library
    yield from graph.object_graph_def.concrete_functions
    for node in graph.object_graph_def.nodes:
        yield from node.function.concrete_functions
        yield node.bare_concrete_function.concrete_function_name
    yield from (gradient.gradient_func for gradient in library.gradient)
    yield from (gradient.gradient_func for gradient in library.registered_gradients)


def _check_form(folder, graph):
    """Refuses what exports of this project never have, and loading would act upon."""
    objects = graph.object_graph_def
    kinds = {node.WhichOneof("kind") for node in objects.nodes}
    if not objects.nodes:
        raise _damaged(folder, "saved_model.pb names no objects")
    found = {
        "assets": graph.asset_file_def or "asset" in kinds,
        "resources": "resource" in kinds,
        "savers of its own": any(
            node.saveable_objects or node.registered_saver for node in objects.nodes
        ),
        # TensorFlow may exchange such functions for one another.
        "functions that stand for others": any(
            "api_implements" in function.attr
            for function in graph.graph_def.library.function
        ),
    }
    for what, there in found.items():
        if there:
            raise ModelError(
                f"{folder} is not loaded: it has {what}, which no model of vqinpaint needs."
            )


def _check_constants(folder, graph):
    for _, node in nodes_of(graph):
        for value in node.attributes.values():
            if value.HasField("tensor"):
                sizes = [max(d.size, 0) for d in value.tensor.tensor_shape.dim]
                if math.prod(sizes) > _LARGEST_CONSTANT:
                    raise _damaged(folder, f"a constant of {sizes} ({node.name[:60]})")


def _check_fingerprint(folder):
    """Compares graph and index with the hashes that TensorFlow wrote at the export."""
    path = os.path.join(folder, "fingerprint.pb")
    if not os.path.isfile(path):
        raise _damaged(folder, "fingerprint.pb is missing or no regular file")
    try:
        with open(path, "rb") as file:
            told = fingerprint_pb2.FingerprintDef.FromString(file.read(1 << 16))
        made = fingerprint_pb2.FingerprintDef.FromString(
            fingerprinting.CreateFingerprintDef(plain_path(folder))
        )
    except Exception as error:  # of protobuf and of TensorFlow, whatever the damage
        raise _damaged(folder, f"fingerprint.pb: {str(error)[:80]}") from None
    for name, field in (
        ("saved_model.pb", "saved_model_checksum"),
        ("variables.index", "checkpoint_hash"),
    ):
        if getattr(told, field) != getattr(made, field):
            raise _damaged(folder, f"{name} is not that of fingerprint.pb")


def _there(folder, name):
    return os.path.lexists(os.path.join(folder, name))


def _damaged(folder, reason):
    return ModelError(
        f"{folder} is damaged: {reason}; export it again, or fetch it again."
    )

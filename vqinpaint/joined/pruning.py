"""A SavedModel without the functions that servers alone call, which loads faster.

TensorFlow makes a Python graph of every function that it loads, and nearly half the
operations of an export are in functions that only its signatures and savers need.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from tensorflow.core.protobuf import saved_model_pb2

from vqinpaint import outputs
from vqinpaint.files.plain_paths import plain_path
from vqinpaint.joined import saved_graph

_GRAPH, _VARIABLES = "saved_model.pb", "variables"
_SIGNATURES = "signatures"  # the model's attribute of that name


@contextlib.contextmanager
def pruned(folder: str, graph: Any, names: Iterable[str]) -> Iterator[str]:
    """A copy of a SavedModel with some of its functions and all of its variables.

    Args:
      folder: of the SavedModel.
      graph: its `MetaGraphDef`, which is changed.
      names: of the functions to keep. Those that the model does not have are left out.

    Yields:
      Path of the copy while the block runs, for `tf.saved_model.load`; or `folder` itself
      where no copy can be made.
    """
    _prune(graph, set(names))
    with contextlib.ExitStack() as stack:
        try:
            copy = stack.enter_context(tempfile.TemporaryDirectory(prefix="vqinpaint-"))
            model = saved_model_pb2.SavedModel(
                saved_model_schema_version=1, meta_graphs=[graph]
            )
            outputs.write(os.path.join(copy, _GRAPH), model.SerializeToString())
            # Not os.path.abspath, which takes ".." after a link for the link's folder.
            variables = os.path.join(os.getcwd(), folder, _VARIABLES)
            os.symlink(variables, os.path.join(copy, _VARIABLES))
        except OSError:
            copy = folder
        if plain_path(copy) != copy:  # TMPDIR is a pattern
            copy = folder
        yield copy


def _prune(graph, names):
    objects = graph.object_graph_def
    children = {child.local_name: child.node_id for child in objects.nodes[0].children}
    kept = {children[name] for name in names & children.keys()}
    roots: set[str] = set()
    for number, node in enumerate(objects.nodes):
        if number in kept:
            roots.update(node.function.concrete_functions)
        # Bare functions are what the signatures are made of.
        elif number == children.get(_SIGNATURES) or node.WhichOneof("kind") in (
            "function",
            "bare_concrete_function",
        ):
            _empty(node)
    for name in set(objects.concrete_functions) - roots:
        del objects.concrete_functions[name]
    graph.signature_def.clear()
    # What saves and restores in TensorFlow 1, and initialises.
    del graph.graph_def.node[:]
    library = graph.graph_def.library
    needed = saved_graph.functions_below(library, roots)
    functions = [f for f in library.function if f.signature.name in needed]
    del library.function[:]
    library.function.extend(functions)
    # Early exports name gradients, which may be of functions that are gone now.
    del library.gradient[:]
    del library.registered_gradients[:]


def _empty(node):
    """Makes an object without content of a node, whose number others refer to."""
    node.Clear()
    node.user_object.identifier = "_generic_user_object"
    node.user_object.version.producer = 1
    node.user_object.version.min_consumer = 1

"""How much memory a stage will need, worked out before it is trained."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.stages.base import Batch, Stage

# TensorFlow's prefix for the names of operations that a gradient tape adds.
_BACKWARD = "gradient_tape/"
# Operations whose results take no memory of their own.
_FREE = ("ReadVariableOp", "Const", "Placeholder", "Reshape", "Identity", "Cast")


def parameters(stage: Stage) -> dict[str, int]:
    """Number of trained weights by the name of their network, and "all" together."""
    counts: dict[str, int] = {}
    for variable in stage.variables:
        network = variable.name.split("/")[0]
        counts[network] = counts.get(network, 0) + variable.shape.num_elements()
    return {**counts, "all": sum(counts.values())}


def state_bytes(stage: Stage) -> int:
    """Bytes of everything that a checkpoint holds, and of the gradients beside it."""
    items = stage.checkpoint_items().values()
    variables = {id(v): v for item in items for v in item.variables}
    held = sum(v.shape.num_elements() * v.dtype.size for v in variables.values())
    return held + sum(4 * v.shape.num_elements() for v in stage.variables)


def activation_bytes(stage: Stage, rows: int, size: int) -> int:
    """Bytes that the forward pass keeps for the backward pass on one device.

    Read off the graph of a step: tensors that the forward pass makes and the backward
    pass takes, variables apart.

    Args:
      stage: one that takes a batch whole.
      rows: number of pictures that go through the networks at a time.
      size: side of the pictures in pixels.

    Raises:
      ValueError: the stage takes a batch in several parts, whose loop hides its tensors.
    """
    if stage.parts != 1:
        raise ValueError(
            f"the stage takes a batch in {stage.parts} parts; make one with accumulate=1 "
            "and give the pictures of one part as rows."
        )
    image = tf.TensorSpec([rows, size, size, 3])
    mask = tf.TensorSpec([rows, size, size, 1])

    def step(image, mask):
        return stage.train_step(Batch(image, mask), tf.constant(0, tf.int64))

    graph = tf.function(step).get_concrete_function(image, mask).graph
    backward = _backward_pass(graph.get_operations())
    kept = {
        tensor.ref(): tensor
        for op in graph.get_operations()
        if op.name in backward
        for tensor in op.inputs
        if tensor.op.name not in backward and tensor.op.type not in _FREE
    }
    sizes = [
        t.shape.num_elements() * t.dtype.size
        for t in kept.values()
        if t.shape.is_fully_defined() and t.dtype.is_floating
    ]
    return sum(sizes)


def _backward_pass(operations: list[tf.Operation]) -> set[str]:
    """Names of the operations of the backward pass.

    Those of recomputed blocks bear no prefix; they lie between operations that do.
    """

    def reached(operations, neighbours):
        found: set[str] = set()
        for op in operations:
            if _BACKWARD in op.name or any(name in found for name in neighbours(op)):
                found.add(op.name)
        return found

    def before(op):
        return [tensor.op.name for tensor in op.inputs]

    def after(op):
        return [other.name for tensor in op.outputs for other in tensor.consumers()]

    # Operations stand behind those whose results they take.
    return reached(operations, before) & reached(operations[::-1], after)

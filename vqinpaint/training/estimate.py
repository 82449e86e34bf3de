"""What a stage will need, before it is trained."""

import tensorflow as tf

from vqinpaint.stages.base import Batch

# How TensorFlow names operations that a tape adds.
_BACKWARD = "gradient_tape/"


def parameters(stage):
    """Number of trained weights by network, and "all"."""
    counts = {}
    for variable in stage.variables:
        network = variable.name.split("/")[0]
        counts[network] = counts.get(network, 0) + variable.shape.num_elements()
    return {**counts, "all": sum(counts.values())}


def state_bytes(stage):
    """Bytes of everything a checkpoint holds, and of the gradients beside it."""
    items = stage.checkpoint_items().values()
    variables = {id(v): v for item in items for v in item.variables}
    held = sum(v.shape.num_elements() * v.dtype.size for v in variables.values())
    return held + sum(4 * v.shape.num_elements() for v in stage.variables)


def activation_bytes(stage, rows, size):
    """Bytes that the forward pass keeps for the backward pass on one device.

    Read off the step's graph: tensors that the forward pass makes and the backward pass
    takes, variables apart.

    Args:
      stage: `Stage`.
      rows: pictures that go through the networks at a time.
      size: side of the pictures.
    """
    image = tf.TensorSpec([rows, size, size, 3])
    mask = tf.TensorSpec([rows, size, size, 1])

    def step(image, mask):
        return stage.train_step(Batch(image, mask), tf.constant(0, tf.int64))

    parts, stage.parts = stage.parts, 1  # these rows are one part
    try:
        graph = tf.function(step).get_concrete_function(image, mask).graph
    finally:
        stage.parts = parts
    kept = {
        tensor.ref(): tensor
        for op in graph.get_operations()
        if _BACKWARD in op.name
        for tensor in op.inputs
        if _BACKWARD not in tensor.op.name and tensor.op.type not in _FREE
    }
    sizes = [
        t.shape.num_elements() * t.dtype.size
        for t in kept.values()
        if t.shape.is_fully_defined() and t.dtype.is_floating
    ]
    return sum(sizes)


_FREE = ("ReadVariableOp", "Const", "Placeholder", "Reshape", "Identity", "Cast")

"""One guarded update of the weights, from a batch taken whole or in parts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from vqinpaint.environment.keras2 import keras


def _named(name):
    """Decorator that groups a function's operations under a name in TensorBoard."""

    def decorate(function):
        @functools.wraps(function)
        def scoped(*args):
            with tf.name_scope(name):
                return function(*args)

        return scoped

    return decorate


@_named("losses")
def in_parts(function: Callable[[Any, tf.Tensor], Any], inputs: Any, parts: int) -> Any:
    """Sums what `function` returns over equal parts of its inputs, one at a time.

    Only one part's activations are in memory at once (gradient accumulation).

    Args:
      function: from (part of the inputs, its number int32 []) to a nest of float
        tensors.
      inputs: nest of tensors with the same first size B, a multiple of `parts`.
      parts: into how many parts of B / parts to cut the inputs.

    Returns:
      The nest of sums.
    """
    if parts == 1:
        return function(inputs, tf.constant(0))
    rows = tf.shape(tf.nest.flatten(inputs)[0])[0] // parts

    def part(i):
        own = tf.nest.map_structure(lambda x: x[i * rows : (i + 1) * rows], inputs)
        return function(own, i)

    def add(i, sums):
        return i + 1, tf.nest.map_structure(tf.add, sums, part(i))

    first = part(tf.constant(0))
    _, sums = tf.while_loop(
        lambda i, _: i < parts, add, (tf.constant(1), first), parallel_iterations=1
    )
    return sums


@_named("minimise")
def minimise(
    optimizer: keras.optimizers.Optimizer,
    gradients: Sequence[tf.Tensor],
    variables: Sequence[tf.Variable],
) -> tf.Tensor:
    """Sums gradients over replicas and applies them if their squares are finite.

    An infinite square would stay in Adam's second moment for ever. All replicas decide
    by the same sums, so either all of them apply the step or none. Call it in replica
    context.

    Args:
      optimizer: built on these variables at least.
      gradients: of this replica's share of the loss, one for each variable.
      variables: what to update.

    Returns:
      bool scalar, whether they were applied.
    """
    context = tf.distribute.get_replica_context()
    gradients = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
    squares = tf.add_n([tf.nn.l2_loss(gradient) for gradient in gradients])
    applied = tf.math.is_finite(squares)

    def apply(gradients):
        optimizer.apply_gradients(
            zip(gradients, variables), skip_gradients_aggregation=True
        )

    def apply_everywhere(strategy, gradients, applied):
        # A condition around an update must stand outside the replicas.
        def on_each():
            strategy.extended.call_for_each_replica(apply, args=(gradients,))
            return True

        tf.cond(strategy.experimental_local_results(applied)[0], on_each, lambda: False)

    context.merge_call(apply_everywhere, args=(gradients, applied))
    return applied


def skipped(applied: tf.Tensor) -> tf.Tensor:
    """The scalar "skipped" of a step: 0.0 where `applied` (bool []), else 1.0."""
    return 1.0 - tf.cast(applied, tf.float32)

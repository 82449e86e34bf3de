"""One guarded update of the weights, from a batch taken whole or in parts."""

import functools

import tensorflow as tf


def _named(name):
    """Decorator that gives a function's operations a place in TensorBoard's graph."""

    def decorate(function):
        @functools.wraps(function)
        def scoped(*args):
            with tf.name_scope(name):
                return function(*args)

        return scoped

    return decorate


@_named("losses")
def in_parts(function, inputs, parts):
    """Sums what `function` returns over equal parts of its inputs, one at a time.

    Only one part's activations are in memory at once (gradient accumulation).

    Args:
      function: from (part of the inputs, its number) to a nest of float tensors.
      inputs: nest of tensors whose first sizes are one multiple of `parts`.
      parts: int.

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
def minimise(optimizer, gradients, variables):
    """Sums gradients over replicas and applies them if their squares are finite.

    One that is not would stay in Adam's second moment for good. All replicas decide by
    the same sums, so all skip or none.

    Args:
      optimizer: Keras optimizer, built on these variables at least.
      gradients: of this replica.
      variables: what they belong to.

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


def skipped(applied):
    """The scalar of that name: 0.0 where `applied`, else 1.0."""
    return 1.0 - tf.cast(applied, tf.float32)

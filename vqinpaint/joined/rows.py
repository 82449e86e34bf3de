"""Rows of a batch: each is answered by itself, or told what is wrong with it.

A server may put the requests of several clients into one batch, and an operation that
fails fails for all of them. What is wrong with one row is therefore an answer of that row,
and only what no row could be blamed for fails.
"""

import tensorflow as tf

from vqinpaint.ops.images import hide

# What signatures draw with that take neither: no top-k and no top-p.
NO_LIMITS = (0, 1.0)


def by_row(call, arguments, **outputs):
    """Does the same to every row by itself, so that no row changes another's bytes.

    Args:
      call: function of one row's arguments, giving what `outputs` names, in order.
      arguments: tuple of tensors.
      outputs: (dtype, shape of one row's) by name.

    Returns:
      dict.
    """
    specs = tuple(tf.TensorSpec(shape, dtype) for dtype, shape in outputs.values())
    results = tf.map_fn(
        lambda row: tuple(call(*row)), arguments, fn_output_signature=specs
    )
    return dict(zip(outputs, results))


def by_good_row(call, fault_of, arguments, **outputs):
    """As `by_row`, but rows with a fault are not computed.

    Args:
      call: function of what `fault_of` returns first, giving what `outputs` names.
      fault_of: function of one row's arguments, giving (arguments of `call`, string []
        that says what is wrong with the row, empty if nothing).
      arguments, outputs: as of `by_row`.

    Returns:
      dict of `outputs`, zero or empty in rows with a fault, and `error` string [B], those
      faults.
    """

    def row(*arguments):
        usable, fault = fault_of(*arguments)
        fault = tf.strings.strip(fault)
        answer = tf.cond(
            fault == "",
            lambda: tuple(call(*usable)),
            lambda: tuple(tf.zeros(shape, dtype) for dtype, shape in outputs.values()),
        )
        return (*answer, fault)

    return by_row(row, arguments, **outputs, error=(tf.string, []))


def draw_fault(seed, temperature, number):
    """What is wrong with how a row is to be drawn.

    The rules are those of `options.request.Request`.

    Args:
      seed: int32 [], of the first of `number` completions.
      temperature: float32 [].

    Returns:
      string [], empty if nothing.
    """
    wrong_temperature = tf.strings.join(
        [
            "temperature is ",
            tf.strings.as_string(temperature),
            "; it must be finite and 0 or more. ",
        ]
    )
    wrong_seed = tf.strings.join(
        [
            "seed is ",
            tf.strings.as_string(seed),
            f"; the seeds of all {number} completions must fit into 32 bits. ",
        ]
    )
    return tf.strings.join(
        [
            tf.where(usable_temperature(temperature), "", wrong_temperature),
            tf.where(seed <= 2**31 - number, "", wrong_seed),
        ]
    )


def usable_temperature(temperature):
    """Whether a temperature is finite and 0 or more: bool of the same shape."""
    return (temperature >= 0) & _finite(temperature)


def _finite(x):
    # By comparison, as TFLite has no operation for this.
    return tf.abs(x) <= x.dtype.max


def same_number(**inputs):
    """Inputs that must all have the same number of rows.

    Args:
      inputs: tensors by name, the batch being dimension 0.

    Returns:
      The tensors, in order.

    Raises:
      tf.errors.InvalidArgumentError: the numbers differ; names all of them.
    """
    numbers = [tf.shape(x)[0] for x in inputs.values()]
    counts = [
        tf.strings.join([name, " ", tf.strings.as_string(number)])
        for name, number in zip(inputs, numbers)
    ]
    text = tf.strings.join(
        [
            "the inputs differ in their number of rows (",
            tf.strings.join(counts, ", "),
            "); give each input one row per picture.",
        ]
    )
    same = tf.reduce_all(tf.stack(numbers) == numbers[0])
    with tf.control_dependencies([tf.debugging.Assert(same, [text])]):
        return [tf.identity(x) for x in inputs.values()]


def checked_control(temperatures, top_k, top_p):
    """How to draw, as `sampling.choice.Control` holds it.

    Args:
      temperatures: float32 [N].
      top_k: int32 [].
      top_p: float32 [].

    Returns:
      (temperatures, top_k, top_p).

    Raises:
      tf.errors.InvalidArgumentError: a value is out of range; the rules are those of
        `options.request.Request`.
    """
    checks = (
        (
            tf.reduce_all(usable_temperature(temperatures)),
            "a temperature is out of range; each must be finite and 0 or more.",
        ),
        (top_k >= 0, "top_k is below 0; it must be 0 or more."),
        (
            (top_p > 0) & (top_p <= 1),
            "top_p is out of range; it must be above 0 and at most 1.",
        ),
    )
    with tf.control_dependencies([tf.debugging.Assert(ok, [s]) for ok, s in checks]):
        return [tf.identity(x) for x in (temperatures, top_k, top_p)]


def known_and_noise(images, masks, noise, temperatures):
    """What may be computed with of rows of floats.

    A row can be used if its known pixels and noise are finite, its mask is within 0 to 1,
    and its temperature is finite and 0 or more. Missing pixels may hold anything.

    Args:
      images: float32 [B, S, S, 3].
      masks: float32 [B, S, S, 1], 1 where missing.
      noise: float32 [B, h, w, K].
      temperatures: float32 [B].

    Returns:
      (the same, missing pixels hidden and rows that cannot be used zero; bool [B], which
      rows can be used).
    """
    seen = hide(images, masks)
    pixels = _finite(seen) & (masks >= 0) & (masks <= 1)
    good = (
        tf.reduce_all(pixels, [1, 2, 3])
        & tf.reduce_all(_finite(noise), [1, 2, 3])
        & usable_temperature(temperatures)
    )

    def only_good(x):
        return mark_bad(good, x, 0)

    return tuple(map(only_good, (seen, masks, noise, temperatures))), good


def finite_noise(noise):
    """Noise with the rows that are not finite set to 0, and which are: (as given, [B])."""
    good = tf.reduce_all(_finite(noise), [1, 2, 3])
    return mark_bad(good, noise, 0), good


def mark_bad(good, x, value):
    """Sets rows that are not good to a value: x [B, ...] of any type."""
    good = tf.reshape(good, [-1] + [1] * (x.shape.rank - 1))
    return tf.where(good, x, tf.constant(value, x.dtype))

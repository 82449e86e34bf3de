"""The prior's layers, cut up and joined for one row at a time."""

import tensorflow as tf

from vqinpaint.ops.attention import attend_to_earlier


class Linear:
    """A layer's kernel, normalised once, as one matrix product with its bias.

    Args:
      layer: `WeightNormConvolution` or `WeightNormDense`.
      kernel: which part of its kernel; default all.
      bias: whether to add the bias.
    """

    def __init__(self, layer, kernel=None, bias=True):
        kernel = layer.kernel() if kernel is None else kernel
        self.kernel = tf.reshape(kernel, [-1, kernel.shape[-1]])
        self.bias = tf.convert_to_tensor(layer.bias) if bias else None

    @classmethod
    def negative(cls, layer):
        """A layer whose output comes with the opposite sign, to be subtracted."""
        opposite = cls(layer)
        opposite.kernel, opposite.bias = -opposite.kernel, -opposite.bias
        return opposite

    @classmethod
    def side_by_side(cls, layers):
        """Several layers of one input as one product."""
        joined = cls.__new__(cls)
        joined.kernel = tf.concat([layer.kernel() for layer in layers], axis=1)
        joined.bias = tf.concat([layer.bias for layer in layers], axis=0)
        return joined

    def __call__(self, x):
        x = tf.matmul(x, self.kernel)
        return x if self.bias is None else tf.nn.bias_add(x, self.bias)


class UpperBlock:
    def __init__(self, block):
        self.inner, self.outer = Linear(block.inner), Linear(block.outer)
        layers = (block.inner, block.outer)
        self.depths = [layer.kernel().shape[2] for layer in layers]


class LowerBlock:
    """A block's convolutions cut into the row above and [left, current]."""

    def __init__(self, block):
        inner, outer = block.inner.kernel(), block.outer.kernel()
        self.inner_above = Linear(block.inner, inner[0])
        self.outer_above = Linear(block.outer, outer[0])
        self.inner_row = Linear(block.inner, inner[1], bias=False)
        self.outer_row = Linear(block.outer, outer[1], bias=False)
        self.from_side = Linear(block.from_side)
        self.depths, self.sizes = zip(inner.shape[2:], outer.shape[2:])
        self.attention = _Attention(block.attend) if block.attend else None


class _Attention:
    """Query and key of all heads as one product, values never made.

    A head's output is its weighted sum of values, sent through its part of the
    projection. Values are products of the inputs, so the sum can be taken of the inputs
    and both products joined: what is kept per place is C channels for all heads, not
    heads * C / 2.
    """

    def __init__(self, layer):
        self.heads = layer.heads
        self._query_and_key = Linear.side_by_side([layer.queries, layer.keys])
        channels = layer.project.units
        values = tf.reshape(layer.values.kernel(), [channels, self.heads, -1])
        project = layer.project.kernel()
        each = tf.reshape(project, [self.heads, -1, channels])
        joined = tf.einsum("chv,hvd->hcd", values, each)
        self._kernel = -tf.reshape(joined, [-1, channels])
        self._bias = -tf.convert_to_tensor(layer.project.bias)
        # The values' own bias, through the projection.
        self._values_bias = -tf.matmul(layer.values.bias[None], project)
        self._depths = (layer.keys.units // self.heads, channels)

    def nothing(self, batch):
        """What is kept when there is no place yet: nobody, see `attend_to_earlier`."""
        key, channels = self._depths
        return (
            tf.zeros([batch, self.heads, 1, key]),
            tf.zeros([batch, 1, 1, channels]),
        )

    def __call__(self, x, above, here, order, any_above, any_earlier):
        """Minus the layer's output, and what is kept up to the places asked for.

        The caller subtracts it. TensorFlow would join a chain of three sums into one
        AddN and, where it expects memory to run short, rewrite that with temporary
        variables, which fail inside loops.

        Args:
          x: [n * N, C].
          above: what is kept of the rows above.
          here: of the columns before these in their own row.
          order: `HeadOrder`.
          any_above: bool [], whether there are rows above.
          any_earlier: [n * N, 1], 0 where there is no place to attend to, else 1.
        """
        query, key = map(order.split, tf.split(self._query_and_key(x), 2, axis=1))
        new = (key, order.by_sample(x))
        here = tuple(tf.concat(pair, axis=2) for pair in zip(here, new))
        mixed = attend_to_earlier(query, above, here, any_above)
        out = tf.nn.bias_add(tf.matmul(order.join(mixed), self._kernel), self._bias)
        # Without a place to attend to there is no value, so none of its bias.
        return out + any_earlier * self._values_bias, here


class HeadOrder:
    """Moves channels between columns outermost and heads outermost.

    By gathering rows in an order worked out once: oneDNN's transposition takes a tenth
    of a millisecond however small the tensor.

    Args:
      number: n, columns.
      batch: N.
      heads: of the attention.
    """

    def __init__(self, number, batch, heads):
        self._shape = (batch, heads, number)
        there = tf.reshape(tf.range(number * batch * heads), [number, batch, heads])
        back = tf.reshape(tf.range(number * batch * heads), [batch, heads, number])
        self._there = tf.reshape(tf.transpose(there, [1, 2, 0]), [-1])
        self._back = tf.reshape(tf.transpose(back, [2, 0, 1]), [-1])
        samples = tf.reshape(tf.range(number * batch), [number, batch])
        self._samples = tf.reshape(tf.transpose(samples), [-1])

    def split(self, x):
        """[n * N, heads * d] -> [N, heads, n, d]"""
        depth = x.shape[1] // self._shape[1]
        x = tf.gather(tf.reshape(x, [-1, depth]), self._there)
        return tf.reshape(x, [*self._shape, depth])

    def join(self, x):
        """The inverse of `split`."""
        depth = x.shape[-1]
        x = tf.gather(tf.reshape(x, [-1, depth]), self._back)
        return tf.reshape(x, [-1, self._shape[1] * depth])

    def by_sample(self, x):
        """[n * N, C] -> [N, 1, n, C]"""
        batch, _, number = self._shape
        x = tf.gather(x, self._samples)
        return tf.reshape(x, [batch, 1, number, x.shape[-1]])

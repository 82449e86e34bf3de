"""A prior's layers, cut into parts and joined for sampling one row at a time."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from vqinpaint.layers.causal_attention import CausalAttention
from vqinpaint.layers.gated_residual import GatedResidual
from vqinpaint.layers.weight_norm import WeightNormConvolution, WeightNormDense
from vqinpaint.ops.attention import attend_to_earlier


class Linear:
    """A layer as one matrix product with its bias, its kernel normalised once.

    Call with x [rows, inputs] -> [rows, outputs], where the positions and channels of a
    convolution's kernel are flattened into `inputs`.

    Args:
      layer: the one whose weights are used.
      kernel: the part of its normalised kernel to use; None takes all of it.
      bias: whether to add the layer's bias.
    """

    def __init__(
        self,
        layer: WeightNormConvolution | WeightNormDense,
        kernel: tf.Tensor | None = None,
        bias: bool = True,
    ):
        kernel = layer.kernel() if kernel is None else kernel
        self.kernel = tf.reshape(kernel, [-1, kernel.shape[-1]])
        self.bias = tf.convert_to_tensor(layer.bias) if bias else None

    @classmethod
    def negative(cls, layer: WeightNormConvolution | WeightNormDense) -> Linear:
        """The layer with its output negated, so that the caller can subtract it."""
        opposite = cls(layer)
        opposite.kernel, opposite.bias = (
            -opposite.kernel,
            -tf.convert_to_tensor(layer.bias),
        )
        return opposite

    @classmethod
    def side_by_side(cls, layers: Sequence[WeightNormDense]) -> Linear:
        """Several layers of the same input as one product, outputs side by side."""
        joined = cls.__new__(cls)
        joined.kernel = tf.concat([layer.kernel() for layer in layers], axis=1)
        joined.bias = tf.concat([layer.bias for layer in layers], axis=0)
        return joined

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        x = tf.matmul(x, self.kernel)
        return x if self.bias is None else tf.nn.bias_add(x, self.bias)


class UpperBlock:
    """A gated block of the upper stream, whose convolutions see two whole rows.

    Args:
      block: of the prior.

    Attributes:
      depths: input channels of the two convolutions.
    """

    def __init__(self, block: GatedResidual):
        self.inner, self.outer = Linear(block.inner), Linear(block.outer)
        layers = (block.inner, block.outer)
        self.depths = [layer.kernel().shape[2] for layer in layers]


class LowerBlock:
    """A gated block of the lower stream, its 2x2 convolutions cut in two.

    The part over the row above can be computed for a whole row at once; the other part
    takes the position to the left and the present one.

    Args:
      block: of the prior.

    Attributes:
      depths: input channels of the two convolutions.
      sizes: output channels of the two convolutions.
    """

    def __init__(self, block: GatedResidual):
        inner, outer = block.inner.kernel(), block.outer.kernel()
        self.inner_above = Linear(block.inner, inner[0])
        self.outer_above = Linear(block.outer, outer[0])
        self.inner_row = Linear(block.inner, inner[1], bias=False)
        self.outer_row = Linear(block.outer, outer[1], bias=False)
        self.from_side = Linear(block.from_side)
        self.depths, self.sizes = zip(inner.shape[2:], outer.shape[2:])
        self.attention = _Attention(block.attend) if block.attend else None


class _Attention:
    """Causal attention with one cache of inputs for all heads instead of their values.

    A head's output is its weighted sum of values, multiplied by its part of the
    projection. Values are products of the inputs, so the sum can be taken over the
    inputs and the two products be joined: what is kept for each position is C channels
    for all heads together, not heads * C / 2.

    Args:
      layer: of the prior.
    """

    def __init__(self, layer: CausalAttention):
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

    def empty_cache(self, batch: int | tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The cache before the first position: the sentinel position alone.

        Returns:
          (keys [N, heads, 1, k], inputs [N, 1, 1, C]), zeros; see `attend_to_earlier`.
        """
        key, channels = self._depths
        return (
            tf.zeros([batch, self.heads, 1, key]),
            tf.zeros([batch, 1, 1, channels]),
        )

    def __call__(self, x, above, here, order, any_above, any_earlier):
        """Attention of n columns, negated, and the cache that includes them.

        The caller subtracts the result. TensorFlow would join a chain of three sums into
        one AddN and, where it expects memory to run short, rewrite that with temporary
        variables, which fail inside loops.

        Args:
          x: [n * N, C].
          above: cache of the rows above, see `prior_state.Rows`.
          here: cache of the earlier columns of this row.
          order: of n columns.
          any_above: bool [], whether there are rows above.
          any_earlier: float32 [n * N, 1], 0 where no position is earlier, else 1.

        Returns:
          (minus the layer's output [n * N, C], the cache `here` with these columns).
        """
        query, key = map(order.split, tf.split(self._query_and_key(x), 2, axis=1))
        new = (key, order.by_sample(x))
        here = tuple(tf.concat(pair, axis=2) for pair in zip(here, new))
        mixed = attend_to_earlier(query, above, here, any_above)
        out = tf.nn.bias_add(tf.matmul(order.join(mixed), self._kernel), self._bias)
        # Where no position is earlier no value is summed, and so no bias of values.
        return out + any_earlier * self._values_bias, here


class HeadOrder:
    """Transposes between columns outermost and heads outermost.

    It gathers rows in an order that is worked out once, because oneDNN's transposition
    takes a tenth of a millisecond however small the tensor is.

    Args:
      number: n, of columns.
      batch: N, of samples.
      heads: of the attention.
    """

    def __init__(self, number: int | tf.Tensor, batch: int | tf.Tensor, heads: int):
        self._shape = (batch, heads, number)
        there = tf.reshape(tf.range(number * batch * heads), [number, batch, heads])
        back = tf.reshape(tf.range(number * batch * heads), [batch, heads, number])
        self._there = tf.reshape(tf.transpose(there, [1, 2, 0]), [-1])
        self._back = tf.reshape(tf.transpose(back, [2, 0, 1]), [-1])
        samples = tf.reshape(tf.range(number * batch), [number, batch])
        self._samples = tf.reshape(tf.transpose(samples), [-1])

    def split(self, x: tf.Tensor) -> tf.Tensor:
        """[n * N, heads * d] -> [N, heads, n, d]"""
        depth = x.shape[1] // self._shape[1]
        x = tf.gather(tf.reshape(x, [-1, depth]), self._there)
        return tf.reshape(x, [*self._shape, depth])

    def join(self, x: tf.Tensor) -> tf.Tensor:
        """[N, heads, n, d] -> [n * N, heads * d], the inverse of `split`."""
        depth = x.shape[-1]
        x = tf.gather(tf.reshape(x, [-1, depth]), self._back)
        return tf.reshape(x, [-1, self._shape[1] * depth])

    def by_sample(self, x: tf.Tensor) -> tf.Tensor:
        """[n * N, C] -> [N, 1, n, C]"""
        batch, _, number = self._shape
        x = tf.gather(x, self._samples)
        return tf.reshape(x, [batch, 1, number, x.shape[-1]])

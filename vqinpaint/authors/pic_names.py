"""Where the tensors of Pluralistic Image Completion's checkpoints belong.

The authors keep one file for each network. Every tensor of a convolution appears there
twice, under the name of its attribute and as a member of a sequence; the first is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from vqinpaint.layers.spectral_norm import SpectralNorm
from vqinpaint.models.pic import Pic

# The authors' networks; the last two are not needed for completing.
NETWORKS = ("E", "G", "D", "D_rec")


class Slot(NamedTuple):
    """A variable, and the form in which the authors keep it."""

    variable: tf.Variable

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the authors' tensor."""
        shape = tuple(self.variable.shape)
        if not shape:
            return (1,)  # a learned scalar
        # Kernels [h, w, in, out], and transposed ones [h, w, out, in], become those of
        # PyTorch: [out, in, h, w] and [in, out, h, w].
        return (shape[3], shape[2], *shape[:2]) if len(shape) == 4 else shape

    def write(self, value: np.ndarray) -> None:
        """Takes the authors' tensor, which has the slot's shape."""
        if value.ndim == 4:
            value = value.transpose(2, 3, 1, 0)
        self.variable.assign(value.reshape(self.variable.shape))

    def of(self, value: tf.Tensor) -> np.ndarray:
        """A tensor like the variable, such as its gradient, in the authors' form."""
        value = np.asarray(value)
        return (
            value.transpose(3, 2, 0, 1)
            if value.ndim == 4
            else value.reshape(self.shape)
        )

    def read(self) -> np.ndarray:
        """The variable's value in the authors' form."""
        return self.of(self.variable)


def slots(pic: Pic) -> dict[str, dict[str, Slot]]:
    """The slots of every network by the names of the authors' tensors, without `module.`.

    Vectors `weight_v` are left out, as the first power iteration replaces them, and so
    are those parts of the discriminators' attention that are never used.
    """
    first = pic.generator.first_picture
    blocks = {
        "E": {
            **_body(pic.encoder),
            **_numbered("infer_prior", pic.prior.blocks),
            "prior": pic.prior.last,
            "posterior": pic.posterior.last,
        },
        "G": {
            "generator": pic.generator.enter,
            **_numbered("decoder", pic.generator.up),
            **_numbered("out", pic.generator.to_picture, first),
            "attn1": pic.generator.attention,
        },
        "D": _discriminator(pic.discriminator),
        "D_rec": _discriminator(pic.discriminator_rec),
    }
    return {
        network: {
            name: Slot(variable)
            for block, layer in own.items()
            for name, variable in _variables(block, layer)
        }
        for network, own in blocks.items()
    }


def _numbered(name, blocks, first=0):
    return {f"{name}{i}": block for i, block in enumerate(blocks, start=first)}


def _body(network):
    return {"block0": network.enter, **_numbered("encoder", network.down)}


def _discriminator(network):
    return {
        **_body(network),
        "attn2": network.attention,
        "block1": network.block,
        "conv": network.score,
    }


def _variables(name: str, layer) -> Iterator[tuple[str, tf.Variable]]:
    """The variables of a block by the authors' names."""
    if isinstance(layer, SpectralNorm):
        yield f"{name}.module.weight_bar", layer.kernel
        yield f"{name}.module.bias", layer.bias
        yield f"{name}.module.weight_u", layer.left
        return
    for part in ("conv1", "conv2", "bypass"):
        if hasattr(layer, part):
            yield from _variables(f"{name}.{part}", getattr(layer, part))
    # The authors' instance norms have no name but their place in a sequence.
    for part, place in (("norm1", 0), ("norm2", 3)):
        if hasattr(layer, part):
            norm = getattr(layer, part)
            yield f"{name}.model.{place}.weight", norm.scale
            yield f"{name}.model.{place}.bias", norm.shift
    for part in ("gamma", "alpha"):
        if hasattr(layer, part):
            yield f"{name}.{part}", getattr(layer, part)
    if hasattr(layer, "query"):
        yield f"{name}.query_conv.weight", layer.query.kernel
        yield f"{name}.query_conv.bias", layer.query.bias
    if hasattr(layer, "fuse_block"):
        yield from _variables(f"{name}.model", layer.fuse_block)

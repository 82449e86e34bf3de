"""The names that the authors' TensorFlow 1 code gives to the networks' variables.

Their layers are named by kind and a running number within the network's scope, such as
"structure_pixelcnn/wndense_7", in the order in which net/vqvae.py,
net/structure_generator.py and net/texture_generator.py create them (`get_name` in
net/nn.py counts). Our networks know nothing of this: the functions below walk a network's
attributes in that same order.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator
from typing import Any, Callable, NamedTuple

from vqinpaint.authors.slots import Slot
from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.causal_attention import CausalAttention
from vqinpaint.layers.convolution import ResidualBlock
from vqinpaint.layers.gated_residual import GatedResidual
from vqinpaint.models.structure import ConditionNetwork, StructurePrior
from vqinpaint.models.texture import TextureDiscriminator, TextureGenerator
from vqinpaint.models.vqvae import VQDecoder, VQEncoder


class Made(NamedTuple):
    """A layer as the authors' code makes it."""

    kind: str  # "conv2d", "wndense", ...
    layer: keras.layers.Layer  # ours
    columns: slice = slice(
        None
    )  # of our layer's units, where it joins several of theirs


# Their names of a layer's variables, by the attribute that holds the variable in ours.
_CONVOLUTION = {"kernel": "W", "bias": "b"}
_WEIGHT_NORM = {"direction": "V", "gain": "g", "bias": "b"}
_KEYS = {
    "conv2d": _CONVOLUTION,
    "deconv2d": _CONVOLUTION,
    "gated_conv2d": _CONVOLUTION,
    "gated_deconv2d": _CONVOLUTION,
    "snconv2d": {**_CONVOLUTION, "left": "u"},
    "wnconv2d": _WEIGHT_NORM,
    "wndense": _WEIGHT_NORM,
    "vector_quantize": {
        "codes": "embedding",
        "counts": "ema_cluster_size",
        "sums": "ema_dw",
    },
}
# What zero-debiased moving averages keep beside their values.
_AVERAGE_KEYS = {
    "biased_counts": ("ema_cluster_size/biased",),
    "biased_sums": ("ema_dw/biased",),
    "steps_taken": ("ema_cluster_size/local_step", "ema_dw/local_step"),
}


def authors_variables(network: keras.Model, averages: bool = False) -> dict[str, Slot]:
    """All variables of a network by their names in the authors' checkpoints.

    Args:
      network: one of the six networks of `vqinpaint.models`, built.
      averages: whether to name the codebooks' biased averages and step counts too,
        which only checkpoints written in training hold.

    Returns:
      Slots by names such as "structure_pixelcnn/wndense_6/V".
    """
    scope, walk = _NETWORKS[type(network)]
    made: collections.Counter[str] = collections.Counter()
    slots = {}
    for kind, layer, columns in walk(network):
        prefix = f"{scope}/{kind}_{made[kind]}"
        made[kind] += 1
        for attribute, key in _KEYS[kind].items():
            slots[f"{prefix}/{key}"] = Slot(getattr(layer, attribute), columns)
        if averages and kind == "vector_quantize":
            for attribute, keys in _AVERAGE_KEYS.items():
                for key in keys:
                    # TensorFlow 1 repeats the scope in these names.
                    slots[f"{prefix}/{prefix}/{key}"] = Slot(getattr(layer, attribute))
    return slots


def _encoder(network: VQEncoder) -> Iterator[Made]:
    yield Made("conv2d", network.down_1)
    yield Made("conv2d", network.down_2)
    yield Made("conv2d", network.bottom_in)
    yield from _residual(network.bottom_blocks)
    yield Made("conv2d", network.down_3)
    yield Made("conv2d", network.top_in)
    yield from _residual(network.top_blocks)
    yield Made("conv2d", network.top_out)
    yield Made("vector_quantize", network.top_codebook)
    yield Made("conv2d", network.back_in)
    yield from _residual(network.back_blocks)
    yield Made("deconv2d", network.back_up)
    yield Made("conv2d", network.bottom_out)
    yield Made("vector_quantize", network.bottom_codebook)


def _decoder(network: VQDecoder) -> Iterator[Made]:
    yield Made("deconv2d", network.top_up)
    yield Made("conv2d", network.enter)
    yield from _residual(network.blocks)
    yield Made("deconv2d", network.up_1)
    yield Made("deconv2d", network.up_2)


def _residual(blocks: Iterable[ResidualBlock]) -> Iterator[Made]:
    for block in blocks:
        yield Made("conv2d", block.inner)
        yield Made("conv2d", block.outer)


def _condition(network: ConditionNetwork) -> Iterator[Made]:
    for step in network.steps:
        if isinstance(step, GatedResidual):
            yield from _gated(step)
        else:
            yield Made("wnconv2d", step)


def _prior(network: StructurePrior) -> Iterator[Made]:
    yield Made("wnconv2d", network.upper_in)
    yield Made("wnconv2d", network.above_in)
    yield Made("wnconv2d", network.left_in)
    for upper, lower in zip(network.upper, network.lower):
        yield from _gated(upper)
        yield from _gated(lower)
    for block in network.output_blocks:
        yield Made("wndense", block)
    yield Made("wndense", network.logits)


def _gated(block: GatedResidual) -> Iterator[Made]:
    yield Made("wnconv2d", block.inner)
    if block.from_side is not None:
        yield Made("wndense", block.from_side)
    yield Made("wnconv2d", block.outer)
    if block.from_condition is not None:
        yield Made("wndense", block.from_condition)
    if block.attend is not None:
        yield from _attention(block.attend)


def _attention(layer: CausalAttention) -> Iterator[Made]:
    """Theirs has three layers for each head, ours three for all heads together."""
    for head in range(layer.heads):
        for joined in (layer.queries, layer.keys, layer.values):
            width = joined.units // layer.heads
            yield Made("wndense", joined, slice(head * width, (head + 1) * width))
    yield Made("wndense", layer.project)


def _generator(network: TextureGenerator) -> Iterator[Made]:
    yield Made("gated_conv2d", network.enter)
    yield Made("gated_conv2d", network.down_1)
    yield Made("gated_conv2d", network.half)
    yield Made("gated_conv2d", network.down_2)
    yield Made("gated_conv2d", network.structure_1)
    yield Made("gated_conv2d", network.structure_2)
    yield Made("gated_deconv2d", network.structure_up)
    yield Made("gated_conv2d", network.join)
    for layer in network.context:
        yield Made("gated_conv2d", layer)
    yield Made("gated_conv2d", network.after_1)
    yield Made("gated_conv2d", network.after_2)
    yield Made("gated_conv2d", network.join_quarter)
    yield Made("gated_deconv2d", network.up_1)
    yield Made("gated_conv2d", network.join_half)
    yield Made("gated_deconv2d", network.up_2)
    yield Made("gated_conv2d", network.finish)
    yield Made("conv2d", network.to_rgb)


def _discriminator(network: TextureDiscriminator) -> Iterator[Made]:
    for step in network.steps:
        yield Made("snconv2d", step)


# The scope in which the authors make each network, and our walk through it.
_NETWORKS: dict[type, tuple[str, Callable[[Any], Iterator[Made]]]] = {
    VQEncoder: ("vq_encoder", _encoder),
    VQDecoder: ("vq_decoder", _decoder),
    ConditionNetwork: ("structure_condition", _condition),
    StructurePrior: ("structure_pixelcnn", _prior),
    TextureGenerator: ("texture_generator", _generator),
    TextureDiscriminator: ("texture_discriminator", _discriminator),
}

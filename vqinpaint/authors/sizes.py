"""Works out all sizes of a model from the names and shapes in a checkpoint."""

from __future__ import annotations

import re

from vqinpaint.authors.contents import Contents
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.options import (
    ModelOptions,
    StructureOptions,
    TextureOptions,
    VQVAEOptions,
)


class _Shapes:
    """Shapes by name, with an error of one line for a name that is missing."""

    def __init__(self, contents: Contents):
        self._sources = contents.sources

    def __call__(self, name: str) -> tuple[int, ...]:
        if name not in self._sources:
            raise ModelError(
                f"the checkpoint lacks {name}, from which the sizes follow; it is not "
                "of this network."
            )
        return self._sources[name].shape

    def count(self, part: str, kind: str) -> int:
        """How many layers of a kind a part has: the highest number plus one.

        Raises:
          ModelError: there are fewer variables than that.
        """
        pattern = re.compile(rf"{part}/{kind}_(\d+)/.*")
        numbers = [int(m[1]) for m in map(pattern.fullmatch, self._sources) if m]
        highest = max(numbers, default=-1)
        if highest >= len(self._sources):
            raise ModelError(
                f"the checkpoint has a variable of {part}/{kind}_{highest}, but only "
                f"{len(self._sources)} variables in all; it is not of this network."
            )
        return highest + 1


def infer_options(
    contents: Contents, image_size: int = 256, nonlinearity: str | None = None
) -> ModelOptions:
    """Works out the sizes of all networks from the names and shapes of variables.

    Args:
      contents: of the checkpoints.
      image_size: side of the pictures in pixels, which follows from no shape.
      nonlinearity: of the structure generator; only needed where it is elu or relu,
        which shapes cannot tell apart.

    Raises:
      ModelError: the shapes are not those of this network.
    """
    shapes = _Shapes(contents)
    try:
        return ModelOptions(
            image_size=image_size,
            vqvae=_vqvae_options(shapes),
            structure=_structure_options(shapes, nonlinearity),
            texture=TextureOptions(
                generator_channels=shapes("texture_generator/gated_conv2d_0/W")[-1],
                discriminator_channels=shapes("texture_discriminator/snconv2d_0/W")[-1],
            ),
        )
    except (UsageError, ValueError, IndexError) as error:  # also: of another rank
        raise ModelError(
            f"the checkpoint's sizes fit no model of this network: {error}"
        ) from None


def _vqvae_options(shapes):
    dimension, codes = shapes("vq_encoder/vector_quantize_0/embedding")
    return VQVAEOptions(
        channels=shapes("vq_encoder/conv2d_1/W")[-1],
        # Eight convolutions stand outside the three stacks of two-convolution blocks.
        residual_blocks=(shapes.count("vq_encoder", "conv2d") - 8) // 6,
        residual_channels=shapes("vq_encoder/conv2d_3/W")[-1],
        code_dimension=dimension,
        codes=codes,
    )


def _structure_options(shapes, nonlinearity):
    first = shapes("structure_pixelcnn/wnconv2d_3/V")
    channels = shapes("structure_pixelcnn/wnconv2d_0/V")[-1]
    # Two streams of blocks with two convolutions each, after the first three.
    blocks = (shapes.count("structure_pixelcnn", "wnconv2d") - 3) // 4
    group, heads, after = _attention(shapes, channels, blocks)
    if first[2] == 2 * channels:
        if nonlinearity not in (None, "concat_elu"):
            raise ModelError(
                "the checkpoint's structure generator uses concat_elu, as its shapes "
                f"tell; drop --nonlinearity={nonlinearity}."
            )
        nonlinearity = "concat_elu"
    elif nonlinearity not in ("elu", "relu"):
        raise ModelError(
            "the checkpoint's structure generator uses elu or relu, which shapes cannot "
            "tell apart; give --nonlinearity=elu or --nonlinearity=relu."
        )
    return StructureOptions(
        channels=channels,
        residual_channels=first[-1],
        residual_blocks=blocks,
        attention_blocks=blocks // group,
        heads=heads,
        # The last dense layer makes the logits.
        output_blocks=shapes.count("structure_pixelcnn", "wndense") - after - 1,
        condition_channels=shapes("structure_condition/wnconv2d_0/V")[-1],
        condition_residual_channels=shapes("structure_condition/wnconv2d_1/V")[-1],
        nonlinearity=nonlinearity,
    )


def _attention(shapes, channels, blocks):
    """(blocks per attending block, heads, number of the first output block).

    Goes through the dense layers in the order in which the authors make them: three for
    each pair of blocks (condition, upper stream, condition), then, where the pair has
    attention, query, key and value of every head and the projection. A query is an
    eighth as wide as the stream, a condition's layer twice as wide, and only the
    projection has the stream's width.
    """

    def width(number):
        return shapes(f"structure_pixelcnn/wndense_{number}/V")[-1]

    number = group = heads = 0
    for block in range(1, blocks + 1):
        number += 3
        if not group and width(number) == channels // 8:
            group = block
            while width(number + 3 * heads) != channels:
                heads += 1
        if group and block % group == 0:
            number += 3 * heads + 1
    if not group:
        raise ModelError(
            "the checkpoint's structure generator has no attention; it is not of this "
            "network."
        )
    return group, heads, number

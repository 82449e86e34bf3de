"""The sizes of the networks as frozen dataclasses; the defaults are the paper's.

The numbers come from Tables 1 and 2 of the paper's supplement and from the authors'
code; those of the bottom prior from VQ-VAE-2 (Razavi et al. 2019). Wrong values raise `UsageError` when the object is made, so nothing starts with them.
"""

import dataclasses
from typing import ClassVar, Union

from vqinpaint.options.fields import (
    option,
    require,
    require_choices,
    require_positive,
)


@dataclasses.dataclass(frozen=True)
class VQVAEOptions:
    """Hierarchical VQ-VAE (section 3.2)."""

    channels: int = option(128, "Channels of the encoder and the decoder.")
    residual_blocks: int = option(
        2, "Residual blocks in each of the four stacks of blocks."
    )
    residual_channels: int = option(64, "Channels inside a residual block.")
    code_dimension: int = option(64, "Number of values in a code vector.")
    codes: int = option(512, "Code vectors in each of the two codebooks.")
    decay: float = option(
        0.99, "Decay of the moving averages that the codebooks follow.", free=True
    )
    epsilon: float = option(
        1e-5,
        "Value added to the count of each code, so that none is divided by zero.",
        free=True,
    )
    commitment: float = option(
        0.25,
        "Weight of the commitment loss, which is summed over both levels.",
        free=True,
    )
    structure_weight: float = option(
        0.0,
        "Weight of the reconstruction error of the structure codes alone. Above 0, small "
        "things of any colour become structure; 0 as in the paper.",
        free=True,
    )

    def __post_init__(self):
        require_positive(self)
        require(
            self.structure_weight >= 0,
            f"vqvae_structure_weight is {self.structure_weight}; it must be 0 or more.",
        )
        require(
            self.channels % 2 == 0,
            f"vqvae_channels is {self.channels}; it must be even.",
        )
        require(
            0 < self.decay < 1,
            f"vqvae_decay is {self.decay}; it must lie between 0 and 1.",
        )


NONLINEARITIES = ("concat_elu", "elu", "relu")


@dataclasses.dataclass(frozen=True)
class StructureOptions:
    """Structure generator: condition network and autoregressive prior (section 3.3)."""

    channels: int = option(128, "Channels of the prior's streams, at least 8.")
    residual_channels: int = option(
        128, "Channels inside the prior's gated residual blocks."
    )
    residual_blocks: int = option(20, "Gated blocks in each stream of the prior.")
    attention_blocks: int = option(4, "Blocks of the lower stream with attention.")
    heads: int = option(8, "Number of heads in each block that has attention.")
    output_blocks: int = option(20, "Residual 1x1 blocks before the logits.")
    condition_channels: int = option(
        32,
        "Channels of the condition network at full resolution; they double at each of "
        "the three reductions.",
    )
    condition_residual_channels: int = option(
        32,
        "Channels inside the first residual block of the condition network; they double "
        "at each of the three reductions.",
    )
    dropout: float = option(
        0.1,
        "Share of the values of each gated block's residual branch that is set to zero in "
        "training; 0 turns dropout off.",
        free=True,
    )
    nonlinearity: str = option(
        "concat_elu",
        "Nonlinearity between the layers of the structure generator.",
        choices=NONLINEARITIES,
    )

    def __post_init__(self):
        require_positive(self)
        require(
            self.residual_blocks % self.attention_blocks == 0,
            f"structure_residual_blocks ({self.residual_blocks}) must be a multiple of "
            f"structure_attention_blocks ({self.attention_blocks}).",
        )
        require(
            self.channels >= 8,
            f"structure_channels is {self.channels}; it must be at least 8, as each "
            "attention head has an eighth of it as keys.",
        )
        require_choices(self, "structure_")
        require(
            0 <= self.dropout < 1,
            f"structure_dropout is {self.dropout}; it must be at least 0 and below 1.",
        )


@dataclasses.dataclass(frozen=True)
class TextureOptions:
    """Texture generator and its discriminator (section 3.4)."""

    generator_channels: int = option(
        64,
        "Channels of the generator at full resolution, gates included; they grow to four "
        "times as many.",
    )
    discriminator_channels: int = option(
        64,
        "Channels of the discriminator's first layer; they grow to four times as many.",
    )
    attention_scale: float = option(
        50.0, "Softmax scale of the structural attention's scores."
    )
    feature_weight: float = option(
        0.1, "Weight of each of the two VQ feature losses.", free=True
    )
    adversarial_weight: float = option(
        1.0, "Weight of the adversarial (hinge) loss of the generator.", free=True
    )

    def __post_init__(self):
        require_positive(self)
        require(
            self.generator_channels % 2 == 0,
            f"texture_generator_channels is {self.generator_channels}; it must be even.",
        )


@dataclasses.dataclass(frozen=True)
class BottomOptions:
    """Prior over the texture codes given the structure, after VQ-VAE-2.

    The prior's own sizes are those of VQ-VAE-2's bottom prior for ImageNet. That paper
    completes nothing: the network over the known pixels has the sizes of this paper's.
    """

    channels: int = option(512, "Channels of the prior's streams.")
    residual_channels: int = option(
        1024, "Channels inside the prior's gated residual blocks."
    )
    residual_blocks: int = option(20, "Gated blocks in each stream of the prior.")
    output_blocks: int = option(
        0, "Residual 1x1 blocks before the logits; 0 as in VQ-VAE-2."
    )
    condition_blocks: int = option(
        20, "Residual blocks over the structure, before it is enlarged to the texture."
    )
    condition_channels: int = option(
        32,
        "Channels of the condition network at full resolution; they double at each of "
        "the three reductions.",
    )
    condition_residual_channels: int = option(
        32,
        "Channels inside the first residual block of the condition network; they double "
        "at each of the three reductions.",
    )
    dropout: float = option(
        0.1,
        "Share of the values of each gated block's residual branch that is set to zero in "
        "training; 0 turns dropout off.",
        free=True,
    )
    nonlinearity: str = option(
        "concat_elu",
        "Nonlinearity between the layers of the bottom prior.",
        choices=NONLINEARITIES,
    )

    # Attention over a grid of 64x64 codes would need too much memory; what is far away
    # arrives through the structure, which has it.
    attention_blocks: ClassVar[int] = 0
    heads: ClassVar[int] = 1

    def __post_init__(self):
        require_positive(self, may_be_zero=("output_blocks",))
        require_choices(self, "bottom_")
        require(
            0 <= self.dropout < 1,
            f"bottom_dropout is {self.dropout}; it must be at least 0 and below 1.",
        )


# The sizes of an autoregressive prior.
PriorSizes = Union[StructureOptions, BottomOptions]

# Side of the largest pictures in pixels. The prior attends over every pair of codes, of
# which these have 262,144; nothing larger could be completed.
LARGEST_SIDE = 4096

# The options of each part of a model, by the stage that trains it.
PARTS = {
    "vqvae": VQVAEOptions,
    "structure": StructureOptions,
    "texture": TextureOptions,
    "bottom": BottomOptions,
}


@dataclasses.dataclass(frozen=True)
class ModelOptions:
    """Everything that fixes the shapes of a whole model."""

    image_size: int = option(
        256,
        "Side in pixels of the square pictures that the model is trained on; a multiple "
        "of 64.",
    )
    vqvae: VQVAEOptions = dataclasses.field(default_factory=VQVAEOptions)
    structure: StructureOptions = dataclasses.field(default_factory=StructureOptions)
    texture: TextureOptions = dataclasses.field(default_factory=TextureOptions)
    bottom: BottomOptions = dataclasses.field(default_factory=BottomOptions)

    def __post_init__(self):
        require(
            64 <= self.image_size <= LARGEST_SIDE and self.image_size % 64 == 0,
            f"image_size is {self.image_size}; it must be a multiple of 64, at most "
            f"{LARGEST_SIDE}.",
        )

    def to_dict(self):
        return dataclasses.asdict(self)

"""All sizes and settings as frozen dataclasses; the defaults are the paper's.

The numbers come from Tables 1 and 2 of the paper's supplement and from the authors'
code. Wrong values raise `UsageError` when the object is made, so nothing starts with them.
"""

import dataclasses
import math

from vqinpaint.errors import ModelError, UsageError
from vqinpaint.option_fields import option, require, require_positive


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

    def __post_init__(self):
        require_positive(self)
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
        "Nonlinearity of the structure generator: concat_elu, elu or relu.",
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
        require(
            self.nonlinearity in NONLINEARITIES,
            f"structure_nonlinearity is '{self.nonlinearity}'; it must be one of "
            f"{', '.join(NONLINEARITIES)}.",
        )
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

    def __post_init__(self):
        require(
            self.image_size >= 64 and self.image_size % 64 == 0,
            f"image_size is {self.image_size}; it must be a multiple of 64.",
        )

    def to_dict(self):
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values):
        """The inverse of `to_dict`. Raises ModelError on unknown or bad values."""
        values = dict(values)
        parts = {
            "vqvae": VQVAEOptions,
            "structure": StructureOptions,
            "texture": TextureOptions,
        }
        try:
            for name, part in parts.items():
                values[name] = part(**values.get(name, {}))
            return cls(**values)
        except (TypeError, UsageError) as error:
            raise ModelError(
                f"the model's options do not fit this version: {error}"
            ) from None


PRECISIONS = ("float32", "bfloat16")
MASK_KINDS = ("center", "random", "box", "strokes", "folder")


@dataclasses.dataclass(frozen=True)
class DataOptions:
    """How pictures and masks reach the networks in training."""

    batch_size: int = option(8, "Pictures in a training step, over all replicas.")
    load_size: int = option(
        0,
        "Length in pixels to which the shorter side is resized before the crop; 0 stands "
        "for image_size * 266 / 256.",
    )
    resize: bool = option(
        True,
        "Resize pictures to load_size before the crop. Without it they are cropped as they "
        "are, as the authors do for Places2 and ImageNet.",
    )
    flip: bool = option(False, "Mirror half of the pictures; the authors do not.")
    mask: str = option(
        "center",
        "Kind of the training masks: center, box, strokes, random (box or strokes, each "
        "half of the time) or folder.",
    )
    mask_dir: str = option(
        "",
        "Folder of mask files, white where the picture is missing; used with "
        "mask=folder alone.",
    )
    data_service: str = option(
        "",
        "Address grpc://HOST:PORT of a tf.data service that makes the batches; empty "
        "makes them in this process.",
    )
    seed: int = option(
        0,
        "Seed of order, crops, masks, dropout, initial weights.",
    )

    def __post_init__(self):
        require(
            self.batch_size >= 1,
            f"batch_size is {self.batch_size}; it must be at least 1.",
        )
        require(
            self.mask in MASK_KINDS,
            f"mask is '{self.mask}'; it must be one of {', '.join(MASK_KINDS)}.",
        )
        require(
            not self.data_service or self.data_service.startswith("grpc://"),
            f"data_service is '{self.data_service}'; it must be grpc://HOST:PORT.",
        )
        require(
            self.mask != "folder" or self.mask_dir,
            "mask is 'folder' but no mask_dir is given; name the folder of masks.",
        )

    def load_size_for(self, image_size):
        """Short side to which pictures are resized before an image_size crop."""
        size = self.load_size or round(image_size * 266 / 256)
        require(
            size >= image_size,
            f"load_size ({size}) is smaller than image_size ({image_size}); "
            "the crop would not fit.",
        )
        return size


@dataclasses.dataclass(frozen=True)
class OptimizerOptions:
    """Optimisation; 0 steps means the stage's own default."""

    steps: int = option(0, "Training steps in all; 0 stands for 1,000,000.")
    learning_rate: float = option(
        0.0,
        "Learning rate; 0 stands for 0.0001, and in the structure stage for the authors' "
        "schedule with a factor of 0.18.",
    )
    polyak_decay: float = option(
        0.9997,
        "Decay of the moving averages of the weights, which later stages and exports use.",
    )
    polyak_warmup: bool = option(
        False,
        "Use a smaller decay, (1 + t) / (10 + t) at step t, until it exceeds polyak_decay, "
        "so that short runs forget their initial weights.",
    )
    accumulate: int = option(
        1,
        "Number of equal parts in which a batch goes through the networks one after "
        "another, to need less memory.",
    )
    precision: str = option(
        "float32",
        "Number format of convolutions and matrix products: float32, or bfloat16 for "
        "processors that have it.",
    )

    def __post_init__(self):
        require(
            self.precision in PRECISIONS,
            f"precision is '{self.precision}'; it must be one of "
            f"{', '.join(PRECISIONS)}.",
        )
        require(
            self.accumulate >= 1,
            f"accumulate is {self.accumulate}; it must be at least 1.",
        )
        require(
            math.isfinite(self.learning_rate) and self.learning_rate >= 0,
            f"learning_rate is {self.learning_rate}; it must be a positive number.",
        )
        require(
            0 <= self.polyak_decay < 1,
            f"polyak_decay is {self.polyak_decay}; it must be at least 0 and below 1.",
        )

"""All sizes and settings as frozen dataclasses; the defaults are the paper's.

The numbers come from Tables 1 and 2 of the paper's supplement and from the authors'
code. Wrong values raise `UsageError` when the object is made, so nothing starts with them.
"""

import dataclasses
import math

from vqinpaint.errors import ModelError, UsageError


def option(default, text, free=False):
    """A dataclass field with its explanation, which the flag of the same name shows.

    Args:
      default: its value when not given.
      text: one sentence.
      free: whether a run may go on with another value.
    """
    return dataclasses.field(default=default, metadata={"help": text, "free": free})


def fixed_values(options):
    """The fields that a run cannot change once begun, as a dict."""
    return {
        field.name: getattr(options, field.name)
        for field in dataclasses.fields(options)
        if not field.metadata.get("free")
    }


def difference(saved, asked):
    """The entries of two dicts that differ, in words."""
    return ", ".join(
        f"{name} {value}, not {asked[name]}"
        for name, value in saved.items()
        if value != asked[name]
    )


def _require(condition, message):
    if not condition:
        raise UsageError(message)


def require_positive(options, may_be_zero=()):
    for field in dataclasses.fields(options):
        value, least = getattr(options, field.name), int(field.name not in may_be_zero)
        if field.type in (int, "int") and value < least:
            raise UsageError(
                f"{type(options).__name__}.{field.name} is {value}; it must be at least "
                f"{least}."
            )


@dataclasses.dataclass(frozen=True)
class VQVAEOptions:
    """Hierarchical VQ-VAE (section 3.2)."""

    channels: int = option(128, "Width of the encoder and decoder.")
    residual_blocks: int = option(2, "Residual blocks in each stack.")
    residual_channels: int = option(64, "Width inside a residual block.")
    code_dimension: int = option(64, "Length of a code vector.")
    codes: int = option(512, "Code vectors in each of the two codebooks.")
    decay: float = option(0.99, "Of the codebooks' moving averages.", free=True)
    epsilon: float = option(1e-5, "Laplace smoothing of the code counts.", free=True)
    commitment: float = option(
        0.25, "Weight of the commitment loss over both levels.", free=True
    )

    def __post_init__(self):
        require_positive(self)
        _require(
            self.channels % 2 == 0,
            f"vqvae_channels is {self.channels}; it must be even.",
        )
        _require(
            0 < self.decay < 1,
            f"vqvae_decay is {self.decay}; it must lie between 0 and 1.",
        )


NONLINEARITIES = ("concat_elu", "elu", "relu")


@dataclasses.dataclass(frozen=True)
class StructureOptions:
    """Structure generator: condition network and autoregressive prior (section 3.3)."""

    channels: int = option(128, "Width of both streams of the prior, at least 8.")
    residual_channels: int = option(128, "Width inside its gated residual blocks.")
    residual_blocks: int = option(20, "Gated blocks per stream.")
    attention_blocks: int = option(4, "How many of the lower stream's blocks attend.")
    heads: int = option(8, "Attention heads of each attending block.")
    output_blocks: int = option(20, "1x1 residual blocks before the logits.")
    condition_channels: int = (
        32  # first width of the condition network; grows to 8 times it
    )
    condition_residual_channels: int = option(
        32, "Inside its first block; grows to 8 times it."
    )
    dropout: float = option(
        0.1,
        "Share of every gated block's branch that is dropped in training.",
        free=True,
    )
    nonlinearity: str = option("concat_elu", "concat_elu, elu or relu.")

    def __post_init__(self):
        require_positive(self)
        _require(
            self.residual_blocks % self.attention_blocks == 0,
            f"structure_residual_blocks ({self.residual_blocks}) must be a multiple of "
            f"structure_attention_blocks ({self.attention_blocks}).",
        )
        _require(
            self.channels >= 8,
            f"structure_channels is {self.channels}; it must be at least 8, as each "
            "attention head has an eighth of it as keys.",
        )
        _require(
            self.nonlinearity in NONLINEARITIES,
            f"structure_nonlinearity is '{self.nonlinearity}'; it must be one of "
            f"{', '.join(NONLINEARITIES)}.",
        )
        _require(
            0 <= self.dropout < 1,
            f"structure_dropout is {self.dropout}; it must be at least 0 and below 1.",
        )


@dataclasses.dataclass(frozen=True)
class TextureOptions:
    """Texture generator and its discriminator (section 3.4)."""

    generator_channels: int = option(
        64, "First width, gates included; grows to 4 times it."
    )
    discriminator_channels: int = option(64, "First width; grows to 4 times it.")
    attention_scale: float = option(50.0, "Softmax scale of the structural attention.")
    feature_weight: float = option(
        0.1, "Of each of the two VQ feature losses.", free=True
    )
    adversarial_weight: float = option(1.0, "Of the hinge loss.", free=True)

    def __post_init__(self):
        require_positive(self)
        _require(
            self.generator_channels % 2 == 0,
            f"texture_generator_channels is {self.generator_channels}; it must be even.",
        )


@dataclasses.dataclass(frozen=True)
class ModelOptions:
    """Everything that fixes the shapes of a whole model."""

    image_size: int = (
        256  # side of the square pictures it is trained on; a multiple of 64
    )
    vqvae: VQVAEOptions = dataclasses.field(default_factory=VQVAEOptions)
    structure: StructureOptions = dataclasses.field(default_factory=StructureOptions)
    texture: TextureOptions = dataclasses.field(default_factory=TextureOptions)

    def __post_init__(self):
        _require(
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

    batch_size: int = option(8, "Pictures per step, over all replicas.")
    load_size: int = option(
        0, "Short side before the crop; 0 = image_size * 266 / 256."
    )
    resize: bool = option(
        True,
        "Scale pictures to load_size before the crop; without it they are cropped as they "
        "are, as the authors train on Places2 and ImageNet.",
    )
    flip: bool = option(False, "Mirror half of the pictures; the authors do not.")
    mask: str = option(
        "center", "center, box, strokes, random (a coin between these two) or folder."
    )
    mask_dir: str = option("", "Folder of masks (white = missing) for mask=folder.")
    data_service: str = option(
        "", "grpc://HOST:PORT of a tf.data service that makes the batches."
    )
    seed: int = option(0, "Decides order, crops, masks, dropout and initial weights.")

    def __post_init__(self):
        _require(
            self.batch_size >= 1,
            f"batch_size is {self.batch_size}; it must be at least 1.",
        )
        _require(
            self.mask in MASK_KINDS,
            f"mask is '{self.mask}'; it must be one of {', '.join(MASK_KINDS)}.",
        )
        _require(
            not self.data_service or self.data_service.startswith("grpc://"),
            f"data_service is '{self.data_service}'; it must be grpc://HOST:PORT.",
        )
        _require(
            self.mask != "folder" or self.mask_dir,
            "mask is 'folder' but no mask_dir is given; name the folder of masks.",
        )

    def load_size_for(self, image_size):
        """Short side to which pictures are resized before an image_size crop."""
        size = self.load_size or round(image_size * 266 / 256)
        _require(
            size >= image_size,
            f"load_size ({size}) is smaller than image_size ({image_size}); "
            "the crop would not fit.",
        )
        return size


@dataclasses.dataclass(frozen=True)
class OptimizerOptions:
    """Optimisation; 0 steps means the stage's own default."""

    steps: int = option(0, "Training steps; 0 = 1,000,000.")
    learning_rate: float = option(
        0.0, "0 = 1e-4, or the prior's schedule at factor 0.18."
    )
    polyak_decay: float = option(
        0.9997, "Of the averaged weights that later stages use."
    )
    polyak_warmup: bool = option(
        False, "Let the averages forget the start: min(decay, (1+t)/(10+t))."
    )

    accumulate: int = option(
        1, "Parts in which a batch goes through the networks, to need less memory."
    )

    precision: str = option(
        "float32", "Of the products: float32, or bfloat16 for GPUs that have it."
    )

    def __post_init__(self):
        _require(
            self.precision in PRECISIONS,
            f"precision is '{self.precision}'; it must be one of "
            f"{', '.join(PRECISIONS)}.",
        )
        _require(
            self.accumulate >= 1,
            f"accumulate is {self.accumulate}; it must be at least 1.",
        )
        _require(
            math.isfinite(self.learning_rate) and self.learning_rate >= 0,
            f"learning_rate is {self.learning_rate}; it must be a positive number.",
        )
        _require(
            0 <= self.polyak_decay < 1,
            f"polyak_decay is {self.polyak_decay}; it must be at least 0 and below 1.",
        )

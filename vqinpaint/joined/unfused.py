"""Networks to train on, made of a model that was frozen."""

from __future__ import annotations

import numpy as np

from vqinpaint.errors import ModelError
from vqinpaint.joined import loading
from vqinpaint.joined.frozen import kept_as_they_are, weight_normalised
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import ModelOptions
from vqinpaint.runs import folders, locating, networks

# Pictures in a batch, for how long codebooks remember what an export does not hold.
_BATCH = 8
_LONG = 1e6  # steps after which the averages' zero-debiasing is over


def trainable_networks(
    path: str,
) -> tuple[ModelOptions, tuple[VQVAE, StructureGenerator, Texture]]:
    """Networks with the weights of a model, ready to be trained on.

    An export holds no discriminator, so that one starts with fresh weights. Its kernels of
    the structure generator are normalised: they become the directions, and their norms
    the gains. Those of a half-precision export keep their rounding.

    Args:
      path: SavedModel folder, folder with integer versions of it, or run folder.

    Returns:
      (sizes of the networks, (vqvae, structure, texture)).

    Raises:
      ModelError: nothing usable is there, or a file of it is damaged.
    """
    location = locating.locate(path)
    if location.kind == locating.RUN:
        options = folders.model_options(location.path)
        load = networks.load_vqvae, networks.load_structure, networks.load_texture
        vqvae, structure, texture = (part(location.path, options) for part in load)
        return options, (vqvae, structure, texture)
    model, options = loading.load_saved_model(location.path)
    vqvae, structure = VQVAE(options), StructureGenerator(options)
    texture = Texture(options)
    plain = kept_as_they_are(vqvae.encoder, vqvae.decoder, texture.generator)
    layers = weight_normalised(structure)
    values = [variable.numpy() for variable in model.weights]
    shapes = [
        *(v.shape for v in plain),
        *(v.shape for layer in layers for v in (layer.direction, layer.bias)),
    ]
    if [value.shape for value in values] != [tuple(shape) for shape in shapes]:
        raise ModelError(
            f"{location.path} holds other weights than its options.json says; export it "
            "again, or fetch it again."
        )
    for variable, value in zip(plain, values):
        variable.assign(value)
    rest = iter(values[len(plain) :])
    for layer, kernel, bias in zip(layers, rest, rest):
        kernel = kernel.astype(np.float32)
        layer.direction.assign(kernel)
        layer.gain.assign(np.sqrt((kernel**2).sum(tuple(range(kernel.ndim - 1)))))
        layer.bias.assign(bias)
    for codebook, reduction in (
        (vqvae.encoder.top_codebook, 8),
        (vqvae.encoder.bottom_codebook, 4),
    ):
        _remember(codebook, _BATCH * (options.image_size / reduction) ** 2)
    return options, (vqvae, structure, texture)


def _remember(codebook, vectors):
    """Sets a codebook's averages as if its codes were equally often chosen so far."""
    each = vectors / codebook.size
    for counts in (codebook.counts, codebook.biased_counts):
        counts.assign(np.full(codebook.size, each, np.float32))
    for sums in (codebook.sums, codebook.biased_sums):
        sums.assign(codebook.codes * each)
    codebook.steps_taken.assign(_LONG)

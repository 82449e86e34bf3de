"""Networks to train on, made of a model that was frozen."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from vqinpaint.errors import ModelError, UsageError
from vqinpaint.joined import calls, loading
from vqinpaint.joined.frozen import kept_as_they_are, weight_normalised
from vqinpaint.models.bottom import BottomGenerator
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import ModelOptions
from vqinpaint.runs import folders, locating, networks

# Pictures in a batch, for how long codebooks remember what an export does not hold.
_BATCH = 8
_LONG = 1e6  # steps after which the averages' zero-debiasing is over
_LOADERS = {
    "vqvae": networks.load_vqvae,
    "structure": networks.load_structure,
    "texture": networks.load_texture,
    "bottom": networks.load_bottom,
}


def trainable_networks(path: str) -> tuple[ModelOptions, dict[str, tf.Module]]:
    """Networks with the weights of a model, ready to be trained on.

    An export holds no discriminator, so that one starts with fresh weights. Its kernels of
    the priors are normalised: they become the directions, and their norms the gains.
    Those of a half-precision export keep their rounding.

    Args:
      path: SavedModel folder, folder with integer versions of it, or run folder.

    Returns:
      (sizes of the networks, {stage: what it trains}) of all stages that the model has.

    Raises:
      ModelError: nothing usable is there, or a file of it is damaged.
      UsageError: the model is of another family than "vqvae".
    """
    location = locating.locate(path)
    if location.family != "vqvae":
        raise UsageError(
            f"{path} is a model of the family {location.family}, from which no run can "
            "start; copy its run folder to train it on."
        )
    if location.kind == locating.RUN:
        options = folders.model_options(location.path)
        return options, {
            stage: _LOADERS[stage](location.path, options)
            for stage in folders.trained_stages(location.path)
        }
    model, options = loading.load_saved_model(location.path)
    vqvae, structure = VQVAE(options), StructureGenerator(options)
    further: dict[str, Any] = {}
    if calls.draws_texture(model):
        further["bottom"] = BottomGenerator(options)
    else:
        further["texture"] = Texture(options)
    texture = further.get("texture")
    plain = kept_as_they_are(
        vqvae.encoder, vqvae.decoder, texture and texture.generator
    )
    layers = weight_normalised(structure, further.get("bottom"))
    _assign(plain, layers, model.weights, location.path)
    for codebook, reduction in (
        (vqvae.encoder.top_codebook, 8),
        (vqvae.encoder.bottom_codebook, 4),
    ):
        _remember(codebook, _BATCH * (options.image_size / reduction) ** 2)
    return options, {"vqvae": vqvae, "structure": structure, **further}


def _assign(plain, layers, weights, path):
    """Fills variables and weight-normalised layers, in the order of an export."""
    values = [variable.numpy() for variable in weights]
    wanted = [*plain, *(v for each in layers for v in (each.direction, each.bias))]
    if [value.shape for value in values] != [tuple(v.shape) for v in wanted]:
        raise ModelError(
            f"{path} holds other weights than its options.json says; export it again, or "
            "fetch it again."
        )
    for variable, value in zip(plain, values):
        variable.assign(value)
    rest = iter(values[len(plain) :])
    for layer, kernel, bias in zip(layers, rest, rest):
        kernel = kernel.astype(np.float32)
        layer.direction.assign(kernel)
        layer.gain.assign(np.sqrt((kernel**2).sum(tuple(range(kernel.ndim - 1)))))
        layer.bias.assign(bias)


def _remember(codebook, vectors):
    """Sets a codebook's averages as if its codes were equally often chosen so far."""
    each = vectors / codebook.size
    for counts in (codebook.counts, codebook.biased_counts):
        counts.assign(np.full(codebook.size, each, np.float32))
    for sums in (codebook.sums, codebook.biased_sums):
        sums.assign(codebook.codes * each)
    codebook.steps_taken.assign(_LONG)

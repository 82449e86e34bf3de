"""Every array that the authors' network computed, in one forward pass."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from tests.oracle import FOLDERS, GOLDENS, Networks, Oracle, arrays, relative_error
from vqinpaint.ops import losses
from vqinpaint.ops.images import complete
from vqinpaint.options import OptimizerOptions
from vqinpaint.stages.base import Batch
from vqinpaint.stages.texture import TextureStage

pytestmark = pytest.mark.numerical

# Float32 rounding through some fifty layers; seen: 9e-7 at most.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def networks(oracle):
    return Networks(oracle)


@pytest.fixture(scope="module")
def computed(oracle, networks):
    """Our value for every name in outputs.npz, from the same inputs."""
    image, mask, truth = oracle.image(), oracle.mask(), oracle.arrays("outputs")
    encoded, recon = networks.vqvae.reconstruct(image)
    decoder = networks.vqvae.decoder
    condition = networks.structure.condition(image, mask)
    logits = networks.structure.prior(truth["quant_t"], condition)
    bits = losses.bits(logits, truth["idx_t"]).numpy()
    generated = networks.texture.generator(image, mask, truth["quant_t"])
    completed = complete(image, mask, generated)
    stage = TextureStage(
        networks.options, OptimizerOptions(), networks.vqvae, networks.texture
    )
    batch = Batch(image, mask)
    scalars = stage._generator_losses(batch, encoded, generated)
    discriminator = stage._discriminator_loss(batch, completed)
    scores = networks.texture.discriminator(
        np.concatenate([image, completed]), np.concatenate([mask, mask])
    )
    commitment = networks.options.vqvae.commitment * np.mean(
        encoded.top.commitment + encoded.bottom.commitment
    )
    return {
        "enc_t": encoded.top_features,
        "enc_b": encoded.bottom_features,
        "quant_t": encoded.top.vectors,
        "quant_b": encoded.bottom.vectors,
        "idx_t": encoded.top.indices,
        "idx_b": encoded.bottom.indices,
        "recon": recon,
        "structure_only": decoder.structure_alone(encoded.top.vectors),
        "commit_loss": commitment,
        "cond": condition,
        "logits": logits,
        "nll": bits.sum() * np.log(2),
        "bits_per_dim": bits.mean(),
        "gen": generated,
        "complete": completed,
        "dis": scores,
        "ae_loss": scalars["absolute_error"],
        "adv_loss": scalars["adversarial"],
        "feature_loss_top": scalars["feature_top"],
        "feature_loss_bottom": scalars["feature_bottom"],
        "dis_loss": discriminator,
        "gen_loss": sum(scalars.values()),
    }


def test_every_output_is_compared(oracle, computed):
    assert set(computed) == set(oracle.arrays("outputs"))


@pytest.mark.parametrize("name", sorted(arrays(FOLDERS[0], "outputs")))
def test_output_equals_the_authors(oracle, computed, name):
    reference = oracle.arrays("outputs")[name]
    if name.startswith("idx"):
        np.testing.assert_array_equal(computed[name], reference)
    else:
        assert relative_error(computed[name], reference) < TOLERANCE


def test_every_variable_has_the_authors_name(oracle, networks):
    assert set(networks.slots) == set(oracle.arrays("weights"))


def test_dropout_acts_where_the_authors_does(monkeypatch):
    """Their prior and ours with every dropout replaced by a multiplication by 0.5."""
    uneven = Oracle(GOLDENS / "uneven")
    options = uneven.options()
    structure = dataclasses.replace(options.structure, dropout=0.1)
    networks = Networks(uneven, dataclasses.replace(options, structure=structure))
    seen = []

    def halve(x, rate, seed):
        seen.append((rate, tuple(seed.numpy())))
        return 0.5 * x

    monkeypatch.setattr(tf.nn.experimental, "stateless_dropout", halve)
    condition = networks.structure.condition(uneven.image(), uneven.mask())
    logits = networks.structure.prior(
        uneven.arrays("outputs")["quant_t"], condition, dropout_seed=tf.constant([1, 2])
    )
    wanted = uneven.arrays("dropout")["logits_halved"]
    assert relative_error(logits, wanted) < TOLERANCE
    # Both streams of every block, each with a mask of its own.
    assert [rate for rate, _ in seen] == [0.1] * 2 * options.structure.residual_blocks
    assert len(set(seen)) == len(seen)

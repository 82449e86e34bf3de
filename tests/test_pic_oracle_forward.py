"""The networks of Pluralistic Image Completion give the authors' numbers."""

import numpy as np
import pytest
import tensorflow as tf

from tests import pic_oracle as oracle
from vqinpaint.layers import spectral_norm
from vqinpaint.models.pic import Seen
from vqinpaint.ops.gaussians import prior_of_hole
from vqinpaint.ops.images import hide, resize_aligned

pytestmark = pytest.mark.numerical

# Float32 sums in another order through some thirty layers; seen 1.2e-5, and 1.3e-5 for the
# resized pictures.
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def networks():
    """(`Pic`, its slots by the fixture's names); no test moves them."""
    return oracle.networks()


@pytest.fixture(scope="module")
def passed(networks):
    """Everything that one pass over both paths gives, by the fixture's names."""
    pic, _ = networks
    image, mask, eps_post, eps_prior = map(tf.constant, oracle.step_inputs(0))
    features = pic.encoder(
        tf.concat([hide(image, mask), hide(image, 1 - mask)], axis=0)
    )
    seen_half = [part[: len(image)] for part in features]
    prior = pic.prior(seen_half[-1])
    posterior = pic.posterior(features[-1][len(image) :])
    seen = Seen.of(seen_half, mask)
    latents = posterior.at(eps_post), prior.at(eps_prior)
    pictures = pic.generator(tf.concat(latents, axis=0), *seen.twice())
    found = {
        **{f"E/f{i}": part for i, part in enumerate(features)},
        "E/post_mu": posterior.mean,
        "E/post_sigma": posterior.deviation,
        "E/prior_mu": prior.mean,
        "E/prior_sigma": prior.deviation,
        "z_rec": latents[0],
        "z_gen": latents[1],
        "attn_mask": seen.known,
        "D/dstep_real": pic.discriminator(image),
        "D/dstep_fake": pic.discriminator(pictures[-1][len(image) :], 2),
        "D_rec/dstep_real": pic.discriminator_rec(image),
        "D_rec/dstep_fake": pic.discriminator_rec(pictures[-1][: len(image)], 2),
    }
    for scale, both in enumerate(pictures):
        found[f"rec_{scale}"], found[f"gen_{scale}"] = tf.split(both, 2)
        size = both.shape[1:3]
        found[f"image_scale_{scale}"] = resize_aligned(image, size)
        found[f"mask_scale_{scale}"] = resize_aligned(1 - mask, size)
    return found


def test_both_paths_give_the_authors_values(passed):
    expected = oracle.arrays("outputs")
    errors = {n: oracle.error(oracle.nchw(v), expected[n]) for n, v in passed.items()}
    assert len(errors) > 25
    assert max(errors.values()) < TOLERANCE, errors


def test_the_prior_of_a_hole_follows_its_size():
    _, mask, *_ = oracle.step_inputs(0)
    deviation = prior_of_hole(tf.constant(mask)).deviation
    expected = oracle.arrays("outputs")["sigma_m"]
    np.testing.assert_allclose(np.ravel(deviation), expected, rtol=1e-5)  # one sigmoid


def test_singular_values_follow_the_passes(networks):
    """The first pass of E and G; both passes of the discriminators' own step."""
    pic, names = networks
    expected = oracle.arrays("outputs")
    layers = {id(layer.kernel): layer for layer in spectral_norm.layers_of(pic)}
    checked = 0
    for name, slot in names.items():
        layer = layers.get(id(slot.variable))
        if layer is None:
            continue
        values = expected["spectral_sigma/" + name.removesuffix("/weight")]
        for passes in (1, 2) if name.startswith("D") else (1,):
            kernel = layer.normalised_kernel(passes).numpy()
            sigma = np.linalg.norm(layer.kernel) / np.linalg.norm(kernel)
            # Float32 sums over a kernel; seen 1e-6.
            assert abs(sigma / values[passes - 1] - 1) < 1e-5, name
            checked += 1
    assert checked > 100


def test_completions_are_the_authors_from_the_same_noise(networks):
    pic, _ = networks
    inputs = oracle.arrays("inference")
    image, mask = map(tf.constant, oracle.holed(inputs["image01"], inputs["mask"]))
    features = pic.encoder(hide(image, mask))
    prior, seen = pic.prior(features[-1]), Seen.of(features, mask)
    last = [
        oracle.nchw(pic.generator(prior.at(oracle.nhwc(noise)), *seen)[-1])
        for noise in inputs["noise"]
    ]
    expected = inputs["one_update/gen_last"]
    assert oracle.error(np.stack(last), expected) < TOLERANCE


def test_networks_have_the_authors_number_of_weights():
    """Of the published sizes, but for what the authors' discriminators never use."""
    from vqinpaint.models.pic import Pic
    from vqinpaint.options.pic import PicOptions

    pic = Pic(PicOptions())

    def number(*networks):
        return sum(int(tf.size(v)) for n in networks for v in n.trainable_variables)

    assert number(pic.encoder, pic.prior, pic.posterior) == 3_604_224
    assert number(pic.generator) == 2_374_016
    for network in (pic.discriminator, pic.discriminator_rec):
        assert number(network) == 1_575_075 - 475_521

"""The authors' checkpoints, imported, give the authors' numbers.

VQINPAINT_TF1_MODEL names another full model as their code writes it; the three stages
are looked for beside it, in tf1_stages.
"""

import json
import os
import pathlib
import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.commands import ROOT, run
from vqinpaint.authors.checkpoint import TF1Checkpoint
from vqinpaint.authors.contents import full_model, joined_stages
from vqinpaint.authors.networks import load_networks
from vqinpaint.authors.sizes import infer_options
from vqinpaint.joined import loading

MODEL = pathlib.Path(
    os.environ.get("VQINPAINT_TF1_MODEL") or ROOT / "tests/goldens/tf1_full_model"
)
STAGES = {
    "vqvae": "VQVAE",
    "structure": "StructureGenerator",
    "texture": "TextureGenerator",
}
SIDE = json.loads((MODEL / "config.json").read_text())["image_size"]
PICTURES = sorted(p.name for p in MODEL.glob("image_*.png"))


def _stages():
    """(folder of a full model, folders of its stages); both from the same place."""
    model = MODEL
    if not (model.parent / "tf1_stages").is_dir():
        model = ROOT / "tests/goldens/tf1_full_model"
    stages = {k: model.parent / "tf1_stages" / v for k, v in STAGES.items()}
    return model, stages


def _import(folder, *flags):
    return run(
        "-m",
        "vqinpaint.import_tf1",
        f"--image_size={SIDE}",
        f"--output={folder}",
        *flags,
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The full model as a SavedModel, its stages as another and as a run folder."""
    world = tmp_path_factory.mktemp("authors")
    printed = _import(world / "full/1", f"--checkpoint={MODEL}").stdout
    (world / "printed.txt").write_text(printed)
    stages = [f"--{k}={v}" for k, v in _stages()[1].items()]
    _import(world / "stages/1", f"--run_dir={world / 'run'}", *stages)
    return world


@pytest.fixture(scope="module")
def golden():
    with np.load(MODEL / "golden.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def networks():
    contents = full_model(TF1Checkpoint(str(MODEL)))
    return load_networks(contents, infer_options(contents, SIDE))


def test_sizes_are_those_of_the_authors_options():
    c = json.loads((MODEL / "config.json").read_text())
    options = infer_options(full_model(TF1Checkpoint(str(MODEL))), SIDE)
    vqvae, structure, texture = options.vqvae, options.structure, options.texture
    assert (vqvae.channels, vqvae.residual_blocks, vqvae.residual_channels) == (
        c["nr_channel_vq"],
        c["nr_res_block_vq"],
        c["nr_res_channel_vq"],
    )
    assert (vqvae.code_dimension, vqvae.codes) == (
        c["embedding_dim"],
        c["num_embeddings"],
    )
    assert (
        structure.channels,
        structure.residual_channels,
        structure.residual_blocks,
        structure.output_blocks,
        structure.attention_blocks,
        structure.heads,
        structure.condition_channels,
        structure.condition_residual_channels,
        structure.nonlinearity,
    ) == (
        c["nr_channel_s"],
        c["nr_res_channel_s"],
        c["nr_resnet_s"],
        c["nr_resnet_out_s"],
        c["nr_attention_s"],
        c["nr_head_s"],
        c["nr_channel_cond_s"],
        c["nr_res_channel_cond_s"],
        "concat_elu",
    )
    assert texture.generator_channels == c["nr_channel_gen_t"]
    assert texture.discriminator_channels == c["nr_channel_dis_t"]


# Another full model may come without its stages; the golden ones are imported then.
SAME = _stages()[0] == MODEL


@pytest.mark.parametrize("model", ["full", "stages", "run"] if SAME else ["full"])
def test_greedy_completions_are_the_authors(world, golden, model):
    pictures = world / "pictures"
    pictures.mkdir(exist_ok=True)
    for name in PICTURES:
        shutil.copy(MODEL / name, pictures)
    output = world / "out" / model
    run(
        "-m",
        "vqinpaint.inpaint",
        f"--model={world / model}",
        f"--image={pictures}",
        f"--mask={MODEL / 'mask.png'}",
        f"--output={output}",
        "--temperature=0",
        "--num_samples=1",
    )
    for name in PICTURES:
        stem, number = name[:-4], int(name[len("image_") : -4])
        got = np.asarray(Image.open(output / f"{stem}_00.png"), int)
        wanted = np.asarray(Image.open(MODEL / f"expected_{number}.png"), int)
        assert np.abs(got - wanted).max() <= 1  # rounding at the uint8 border
        facts = json.loads((output / f"{stem}.json").read_text())
        codes = np.reshape(facts["samples"][0]["windows"][0]["codes"], -1)
        np.testing.assert_array_equal(codes, golden["greedy_codes"][number].reshape(-1))


def test_logits_and_reconstruction(networks, golden):
    """1e-4 absolute: float32 rounding through some fifty layers."""
    image = tf.constant(golden["image"])
    encoded, reconstruction = networks.vqvae.reconstruct(image)
    codes = golden["encoded_codes_top"]
    np.testing.assert_array_equal(
        encoded.top.indices.numpy().reshape(codes.shape), codes
    )
    np.testing.assert_allclose(reconstruction, golden["reconstruction"], atol=1e-4)
    mask = tf.broadcast_to(golden["mask"].astype("f"), (*image.shape[:3], 1))
    grid = tf.reshape(golden["greedy_codes"], [-1, SIDE // 8, SIDE // 8])
    vectors = networks.vqvae.encoder.top_codebook.vectors_of(grid)
    structure = networks.structure
    logits = structure.prior(vectors, structure.condition(image, mask))
    wanted = golden["greedy_logits"].reshape(logits.shape)
    np.testing.assert_allclose(logits, wanted, atol=1e-4)
    filling = networks.texture.generator(image, mask, vectors)
    completed = image * (1 - mask) + filling * mask
    np.testing.assert_allclose(completed, golden["greedy_complete"], atol=1e-4)


def test_joined_stages_equal_the_full_model_bit_for_bit():
    model, stages = _stages()
    full = full_model(TF1Checkpoint(str(model)))
    joined = joined_stages(*[TF1Checkpoint(str(p)) for p in stages.values()])
    assert set(joined.sources) >= set(full.sources)
    for name, source in full.sources.items():
        np.testing.assert_array_equal(source.read(), joined.sources[name].read())


@pytest.mark.parametrize("other", ["stages"] if SAME else ["full"])
def test_both_exports_hold_the_same_weights(world, other):
    full, stages = (loading.load(str(world / m))[0] for m in ("full", other))
    for a, b in zip(full.weights, stages.weights):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_every_variable_is_used_or_named_as_left_out():
    stages = [TF1Checkpoint(str(p)) for p in _stages()[1].values()]
    joined = joined_stages(*stages)
    stored = sorted(name for stage in stages for name in stage.shapes)
    accounted = [s.name for s in joined.sources.values()]
    accounted += [name for names in joined.left_out.values() for name in names]
    assert sorted(accounted) == stored


def test_run_goes_on_with_the_authors_state(world):
    """Discriminator, spectral vectors and codebook averages are in the run folder."""
    stages = [TF1Checkpoint(str(p)) for p in _stages()[1].values()]
    joined = joined_stages(*stages)
    scope = "vq_encoder/vector_quantize_0"
    names = {
        "vqvae": f"{scope}/{scope}/ema_cluster_size/biased",
        "texture": "texture_discriminator/snconv2d_0/u",
    }
    attributes = {
        "vqvae": "vqvae/encoder/top_codebook/biased_counts",
        "texture": "texture/discriminator/steps/0/left",
    }
    for stage, attribute in attributes.items():
        reader = tf.train.load_checkpoint(str(world / "run" / stage / "checkpoints"))
        saved = reader.get_tensor(f"{attribute}/.ATTRIBUTES/VARIABLE_VALUE")
        np.testing.assert_array_equal(saved, joined.sources[names[stage]].read())


@pytest.mark.long
def test_training_goes_on_from_an_importedrun(world, tmp_path):
    records = tmp_path / "records"
    counts = "--train=4", "--val=1", "--size=64", "--processes=1"
    made = ("-m", "vqinpaint.make_sample_data", f"--output={records}", "--records")
    run(*made, *counts)
    for stage in ("structure", "texture"):
        done = run(
            "-m",
            "vqinpaint.train",
            f"--stage={stage}",
            f"--data={records}",
            f"--run_dir={world / 'run'}",
            "--steps=1",
            "--batch_size=1",
            f"--load_size={SIDE}",
        )
        assert "1 steps done" in done.stdout


def test_table_and_card(world):
    printed = (world / "printed.txt").read_text()
    card = (world / "full/1/README.md").read_text()
    checkpoint = TF1Checkpoint(str(MODEL))
    total = sum(int(np.prod(shape)) for shape in checkpoint.shapes.values())
    for text in (printed, card):
        assert f"| all | {len(checkpoint.shapes)} | {total:,} |" in text
        for digest in checkpoint.files().values():
            assert digest in text

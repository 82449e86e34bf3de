"""The other family by the commands that people run, from training to completions."""

import json

import numpy as np
import pytest
from PIL import Image

from tests import tiny
from tests.commands import run

SIZES = [
    "--image_size=64",
    "--load_size=64",
    "--batch_size=2",
    "--mask=pic",
    *(f"--pic_{name}={getattr(tiny.PIC.pic, name)}" for name in tiny.PIC_SIZES),
]


# Of the files of two completions of a picture.
ENDS = "_00.png", "_01.png", "_grid.png", ".json"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Records, a run of two steps, a picture and a mask."""
    world = tmp_path_factory.mktemp("world")
    run(
        *("-m", "vqinpaint.make_sample_data", f"--output={world / 'pictures'}"),
        *("--size=64", "--train=6", "--val=1"),
    )
    run(
        *("-m", "vqinpaint.make_tfrecords"),
        f"--input={world / 'pictures' / 'train'}",
        f"--output={world / 'records'}",
        "--split=train",
    )
    run(*_train(world))
    mask = np.zeros((64, 64), np.uint8)
    mask[16:48, 16:48] = 255
    Image.fromarray(mask).save(world / "mask.png")
    return world


def _train(world, stage="pic", *more):
    return (
        *("-m", "vqinpaint.train", f"--stage={stage}", f"--data={world / 'records'}"),
        *(f"--run_dir={world / 'run'}", f"--{stage}_steps=2", *SIZES, *more),
    )


def test_a_run_completes_a_picture(world):
    image = min((world / "pictures" / "train").glob("*.png"))
    done = run(
        *("-m", "vqinpaint.inpaint", f"--model={world / 'run'}", f"--image={image}"),
        *(f"--mask={world / 'mask.png'}", f"--output={world / 'out'}"),
        *("--num_samples=3", "--keep=2", "--keep_by=discriminator"),
    )
    assert "1 picture(s) completed" in done.stdout
    names = {path.name for path in (world / "out").iterdir()}
    assert names == {f"{image.stem}{end}" for end in ENDS}
    facts = json.loads((world / "out" / f"{image.stem}.json").read_text())
    scores = [sample["discriminator"] for sample in facts["samples"]]
    assert scores == sorted(scores, reverse=True)
    assert [sample["bits"] for sample in facts["samples"]] == [None, None]
    hole = np.asarray(Image.open(world / "mask.png")) > 0
    known = np.asarray(Image.open(image))[~hole]
    for name in (f"{image.stem}{end}" for end in ENDS[:2]):
        completed = np.asarray(Image.open(world / "out" / name))
        np.testing.assert_array_equal(completed[~hole], known)


def test_evaluation_leaves_out_what_needs_codes(world):
    output = world / "metrics.json"
    run(
        *("-m", "vqinpaint.evaluate", f"--model={world / 'run'}", "--split=train"),
        *(f"--data={world / 'records'}", f"--output={output}"),
        *("--complete=2", "--num_samples=2"),
    )
    figures = json.loads(output.read_text())
    assert {"hole_l1", "hole_l1_best"} <= set(figures["completions"][0])
    assert not any("bits" in name or "structure" in name for name in figures)


def test_a_folder_holds_one_family(world):
    done = run(*_train(world, "vqvae"), code=5)
    assert "holds a model of the family 'pic'" in done.stderr
    assert done.stderr.count("\n") == 1

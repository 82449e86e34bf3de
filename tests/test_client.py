"""The client against a stand-in that speaks TensorFlow Serving's own formats."""

import json
import time

import numpy as np
import pytest
from PIL import Image

from tests import stand_in, tiny
from tests.commands import run
from vqinpaint import Request
from vqinpaint.completing.served import ServedEngine
from vqinpaint.errors import UserError
from vqinpaint.ops.images import to_uint8
from vqinpaint.reporting import SILENT
from vqinpaint.servers.connecting import connect


@pytest.fixture(scope="module")
def world(exported, tmp_path_factory):
    """A tiny export being served, and pictures to complete."""
    root = tmp_path_factory.mktemp("client")
    folder = exported[1]
    picture = to_uint8(tiny.images(1)[0]).numpy()
    Image.fromarray(picture).save(root / "square.png")
    Image.fromarray(picture).resize((100, 72)).save(root / "wide.jpg")
    mask = np.zeros((64, 64), np.uint8)
    mask[20:50, 10:40] = 255
    Image.fromarray(mask).save(root / "mask.png")
    with stand_in.serve(folder) as (model, urls):
        yield {"root": root, "folder": folder, "model": model, **urls}


def _client(world, api, output, *flags, image="square.png", code=0):
    return run(
        "-m",
        "vqinpaint.client",
        f"--url={world[api]}",
        "--model_name=tiny",
        f"--image={world['root'] / image}",
        f"--mask={world['root'] / 'mask.png'}",
        f"--output={output}",
        "--num_samples=3",
        *flags,
        code=code,
    )


@pytest.mark.portable
@pytest.mark.parametrize("api", ["rest", "grpc"])
@pytest.mark.parametrize("image", ["square.png", "wide.jpg"])
def test_the_client_writes_what_inpaint_writes(world, tmp_path, api, image):
    """A row of the server holds two completions, so three take two rows."""
    sheets = [tmp_path / f"{side}_sheet.png" for side in ("far", "near")]
    more = "--seed=5", f"--overview={sheets[0]}"
    _client(world, api, tmp_path / "far", *more, image=image)
    run(
        "-m",
        "vqinpaint.inpaint",
        f"--model={world['folder']}",
        f"--image={world['root'] / image}",
        f"--mask={world['root'] / 'mask.png'}",
        f"--output={tmp_path / 'near'}",
        "--num_samples=3",
        "--seed=5",
        f"--overview={sheets[1]}",
    )
    assert sheets[0].read_bytes() == sheets[1].read_bytes()
    names = sorted(path.name for path in (tmp_path / "near").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "far").iterdir())
    for name in names:
        near, far = tmp_path / "near" / name, tmp_path / "far" / name
        if name.endswith(".json"):
            near, far = (json.loads(p.read_text())["samples"] for p in (near, far))
            for ours, theirs in zip(near, far):
                codes = [s["windows"][0]["codes"] for s in (ours, theirs)]
                assert codes[0] == codes[1]
                assert ours["seed"] == theirs["seed"]
                # Two completions at a time there, three here: sums are rounded otherwise.
                assert abs(ours["bits"] - theirs["bits"]) < 1e-3 * ours["bits"]
        elif name.endswith("_entropy.png"):
            pair = [np.asarray(Image.open(p)).astype(int) for p in (near, far)]
            assert np.abs(pair[0] - pair[1]).max() <= 8  # the same rounding, as colours
        else:
            assert near.read_bytes() == far.read_bytes(), name


def test_after_a_refusal_nothing_more_is_asked(world):
    server, asked = connect(world["rest"], "tiny", None, 60.0), []

    def predict(signature, row, wanted, most_bytes):
        asked.append(row["seed"])
        time.sleep(0.005)
        return {"error": np.array("this is refused", object)}

    server.predict = predict
    engine = ServedEngine(server, "tiny", concurrency=1)
    square = np.zeros((64, 64, 3), np.uint8), np.full((64, 64), 255, np.uint8)
    with pytest.raises(UserError, match="this is refused"):
        engine.complete(*square, range(400), Request(num_samples=400), SILENT)
    # The answers that came while the first was looked at.
    time.sleep(0.2)
    assert len(asked) < 100


@pytest.mark.parametrize("api", ["rest", "grpc"])
def test_a_late_answer_is_one_line(world, tmp_path, api):
    world["model"].delay = 3.0
    try:
        done = _client(world, api, tmp_path, "--timeout=1", code=5)
    finally:
        world["model"].delay = 0.0
    assert "did not answer within 1 s; raise --timeout" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("api", ["rest", "grpc"])
def test_an_unknown_model_is_one_line(world, tmp_path, api):
    done = _client(world, api, tmp_path, "--model_name=other", code=5)
    assert "refuses" in done.stderr and "not found" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "grpc://127.0.0.1:9"])
def test_no_server_is_one_line(world, tmp_path, url):
    done = _client(world, "rest", tmp_path, f"--url={url}", code=5)
    assert "cannot be reached" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_another_kind_of_address_is_refused(world, tmp_path):
    done = _client(world, "rest", tmp_path, "--url=ftp://here", code=2)
    assert "http://HOST:8501" in done.stderr


@pytest.mark.parametrize("api", ["rest", "grpc"])
def test_results_note_the_version_that_answered(world, tmp_path, api):
    """A new version on the server makes earlier results stale."""
    _client(world, api, tmp_path)
    facts = json.loads((tmp_path / "square.json").read_text())
    assert facts["fingerprints"]["model"].endswith(f"version {stand_in.VERSION}")
    done = _client(world, api, tmp_path)
    assert "1 picture(s) done already" in done.stdout

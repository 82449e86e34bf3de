"""What stays the same when TensorFlow computes with and without oneDNN.

The same bytes are promised on one machine with one TensorFlow and one setting of oneDNN.
Across settings the codes are the same and pixels differ by at most one grey level.
"""

import json
import os
import platform
import subprocess

import numpy as np
import pytest
from PIL import Image

from tests.commands import ROOT, command, run

pytestmark = pytest.mark.portable
EXAMPLE, ONEDNN = "bear", "TF_ENABLE_ONEDNN_OPTS"


@pytest.fixture(scope="module")
def completed(tmp_path_factory):
    """By setting of oneDNN: (facts, pictures) of four completions by the demo model."""
    found = {}
    for setting in ("0", "1"):
        folder = tmp_path_factory.mktemp(f"onednn{setting}")
        run(
            "-m",
            "vqinpaint.inpaint",
            f"--model={ROOT / 'saved_models/demo'}",
            f"--image={ROOT / 'examples/images' / EXAMPLE}.png",
            f"--mask={ROOT / 'examples/masks' / EXAMPLE}.png",
            f"--output={folder}",
            "--num_samples=4",
            **{ONEDNN: setting},
        )
        facts = json.loads((folder / f"{EXAMPLE}.json").read_text())
        pictures = [
            np.asarray(Image.open(folder / f"{EXAMPLE}_{i:02d}.png"), int)
            for i in range(4)
        ]
        found[setting] = facts, np.stack(pictures)
    return found


X86 = platform.machine().lower() in ("x86_64", "amd64")


@pytest.mark.parametrize("user, expected", [(None, "1" if X86 else "None"), ("0", "0")])
def test_training_turns_onednn_on_unless_the_user_said_no(user, expected):
    environment = {k: v for k, v in os.environ.items() if k != ONEDNN}
    if user is not None:
        environment[ONEDNN] = user
    code = f"import os, vqinpaint.train; print(os.environ.get('{ONEDNN}'))"
    done = subprocess.run(
        command("-c", code), capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert done.stdout.strip() == expected, done.stderr


def test_codes_are_the_same(completed):
    codes = [
        [s["windows"][0]["codes"] for s in facts["samples"]]
        for facts, _ in completed.values()
    ]
    assert codes[0] == codes[1]


def test_pixels_differ_by_one_grey_level_at_most(completed):
    off, on = (pictures for _, pictures in completed.values())
    assert np.abs(off - on).max() <= 1

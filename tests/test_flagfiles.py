"""Every flagfile parses into valid options for every stage."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent
FLAGFILES = sorted((ROOT / "flags").glob("*.flags"))

READ_ALL = """
import json, sys, tempfile
from vqinpaint import train
from vqinpaint.cli import FLAGS, read
from vqinpaint.options import DataOptions, OptimizerOptions
result = {}
for path in sys.argv[1:]:
    with tempfile.TemporaryDirectory() as run:
        FLAGS.unparse_flags()
        for name in list(FLAGS):
            FLAGS[name].unparse()
        FLAGS(["train", "--flagfile=" + path])
        options = train.resolve_model("vqvae", run)
        data = read(DataOptions)
        data.load_size_for(options.image_size)
        steps = {s: read(OptimizerOptions, s + "_").steps
                 for s in ("vqvae", "structure", "texture")}
        result[path] = {"model": options.to_dict(), "mask": data.mask, "steps": steps}
print(json.dumps(result))
"""


def _read_all():
    run = subprocess.run(
        [sys.executable, "-c", READ_ALL, *map(str, FLAGFILES)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert run.returncode == 0, run.stderr
    return {pathlib.Path(k).name: v for k, v in json.loads(run.stdout).items()}


def test_flagfiles_hold_valid_options():
    found = _read_all()
    assert set(found) == {path.name for path in FLAGFILES}
    for data in ("celebahq", "places2", "imagenet"):
        for mask in ("center", "random"):
            options = found[f"{data}_{mask}.flags"]
            assert options["mask"] == mask
            assert options["model"]["image_size"] == 256
            assert options["model"]["vqvae"]["codes"] == 512
            assert options["steps"]["vqvae"] == 1_000_000
    for name in ("sample", "faces64", "emoji128", "emoji64"):
        assert f"{name}.flags" in found

"""Pluralistic Image Completion as numbers: a fixture, and networks with its weights.

The fixture beside the tests is thinned: of every array that is compared, at most
`values_kept` values (see its config.json) are left, every k-th in the order of memory.
VQINPAINT_PIC_ORACLE names a whole one to use instead. Arrays are in PyTorch's layout.

  python -m tests.pic_oracle WHOLE_FIXTURE OUTPUT    thins one
"""

import functools
import json
import os
import pathlib
import shutil
import sys

import numpy as np

GOLDENS = pathlib.Path(__file__).parent / "goldens" / "pic"
FOLDER = pathlib.Path(os.environ.get("VQINPAINT_PIC_ORACLE") or GOLDENS)
VALUES_KEPT = 64


@functools.lru_cache(None)
def arrays(name):
    """All arrays of NAME.npz by their names."""
    with np.load(FOLDER / f"{name}.npz") as file:
        return dict(file)


@functools.lru_cache(None)
def config():
    return json.loads((FOLDER / "config.json").read_text())


def options(**changed):
    """The fixture's sizes."""
    from vqinpaint.options.pic import PicOptions

    c = config()
    sizes = {
        "generator_channels": c["ngf"],
        "discriminator_channels": c["ndf"],
        "most_channels": c["img_f"],
        "latent_channels": c["z_nc"],
        "prior_blocks": c["encoder_L"],
        "depth": c["layers"],
        "scales": c["output_scale"],
    }
    return PicOptions(**{**sizes, **changed})


def nhwc(value):
    """Pictures of PyTorch's layout as those of the networks."""
    return np.moveaxis(value, 1, -1).astype(np.float32)


def step_inputs(step):
    """(image in [-1, 1], mask that is 1 where missing, noise of posterior, of prior)."""
    inputs = arrays("training")
    noise = [nhwc(inputs[name][step]) for name in ("eps_post", "eps_prior")]
    return *holed(inputs["image01"][step], inputs["mask"][step]), *noise


def holed(image, mask):
    """(image in [-1, 1], mask that is 1 where missing) of a fixture's inputs."""
    if image.dtype == np.uint8:  # thinned: the pictures are of 8 bits
        image = image / np.float32(255)
    return 2 * nhwc(image) - 1, 1 - nhwc(mask)


def networks(**changed):
    """`Pic` with the fixture's weights, and its slots by the fixture's names."""
    from vqinpaint.authors import pic_names
    from vqinpaint.models.pic import Pic

    pic = Pic(options(**changed))
    found = pic_names.slots(pic)
    keys = json.loads((FOLDER / "weights.json").read_text())
    names = {}
    for entry in keys:
        network, key = entry["name"].split("/")[0], entry["checkpoint_keys"][0]
        if entry["used"] and not entry["name"].endswith("/v"):
            names[entry["name"]] = found[network].pop(key)
    assert not any(found.values()), "slots that the fixture does not have"
    for name, slot in names.items():
        slot.write(arrays("weights")[name])
    return pic, names


def error(value, expected):
    """Largest difference of an array from the fixture's, of which values may be left."""
    value, expected = np.asarray(value), np.asarray(expected)
    if "values_kept" in config():
        value = thinned(value, config()["values_kept"])
    assert value.shape == expected.shape
    return float(np.max(np.abs(value.astype(np.float64) - expected)))


def nchw(value):
    """Pictures of the networks in PyTorch's layout, if they are any."""
    value = np.asarray(value)
    return np.moveaxis(value, -1, 1) if value.ndim == 4 else value


def thinned(value, kept):
    """At most `kept` values of an array, evenly spread over its memory."""
    return value.reshape(-1)[:: -(-value.size // kept)]


def _thin(whole, output):
    """Writes the fixture that comes with the tests."""
    output.mkdir(parents=True, exist_ok=True)
    load = {
        path.stem: dict(np.load(path))
        for path in whole.glob("*.npz")
        if path.stem != "discriminators_after_their_step"
    }

    def kept(name, value):
        if name == "image01":
            pictures = np.round(value * 255).astype(np.uint8)
            assert np.abs(pictures / np.float32(255) - value).max() < 1e-6
            return pictures
        inputs = ("mask", "eps_post", "eps_prior", "noise")
        return value if name in inputs else thinned(value, VALUES_KEPT)

    left_out = ("after1/", "act/", "uv_after", "sequential/png")
    thin = {
        group: {
            name: kept(name, value)
            for name, value in load[group].items()
            if not name.startswith(left_out) and not name.endswith("/v")
        }
        for group in ("outputs", "gradients", "training", "inference")
    }
    keys = json.loads((whole / "weights.json").read_text())
    used = [k for k in keys if k["used"] and not k["name"].endswith("/v")]
    thin["weights"] = {k["name"]: load["weights"][k["name"]] for k in used}
    for name, values in thin.items():
        np.savez_compressed(output / f"{name}.npz", **values)
    told = [{n: key[n] for n in ("name", "used", "checkpoint_keys")} for key in used]
    (output / "weights.json").write_text(json.dumps(told))
    facts = json.loads((whole / "config.json").read_text())
    facts["values_kept"] = VALUES_KEPT
    (output / "config.json").write_text(json.dumps(facts, indent=1))
    for name in ("masks.npz", "mask_draws.json"):
        shutil.copy(whole / name, output / name)


if __name__ == "__main__":
    _thin(*map(pathlib.Path, sys.argv[1:]))

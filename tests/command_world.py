"""Arguments of commands in a world of files, and mistakes that can be made in them."""

from tests import tiny


def train(stage, world, steps, *more):
    """Trains a stage of the small model."""
    return [
        "-m",
        "vqinpaint.train",
        f"--stage={stage}",
        f"--data={world / 'records'}",
        f"--run_dir={world / 'run'}",
        f"--{stage}_steps={steps}",
        *tiny.FLAGS,
        *more,
    ]


def generate(world, *more):
    """Draws pictures from nothing."""
    flags = f"--model={world / 'run'}", f"--output={world / 'never'}"
    return ["-m", "vqinpaint.generate", *flags, *more]


def mistakes(world):
    """(arguments, exit code, words in the one line)."""
    out = f"--output={world / 'never'}"
    broken = world / "broken.png"
    broken.write_bytes(b"\x89PNG junk")
    (world / "empty").mkdir(exist_ok=True)

    def inpaint(**changes):
        flags = {
            "model": world / "run",
            "image": world / "pictures" / "val" / "00000000.png",
            "mask": world / "mask.png",
            "output": world / "never",
            **changes,
        }
        return ["-m", "vqinpaint.inpaint", *(f"--{k}={v}" for k, v in flags.items())]

    return [
        (inpaint(image=world / "no.png"), 3, "no.png does not exist"),
        (inpaint(image=broken), 3, "broken.png cannot be read"),
        (inpaint(image=world / "empty"), 3, "holds no picture"),
        (inpaint(mask=broken), 3, "mask .*broken.png cannot be read"),
        (inpaint(model=world / "empty"), 5, "neither saved_model.pb"),
        (inpaint(model=world / "no"), 5, "is not a folder"),
        (inpaint(temperature=-1), 2, "temperature is -1.0"),
        (inpaint(temprature=1), 2, "temprature"),
        (inpaint(num_samples=0), 2, "num_samples is 0"),
        (inpaint(shard="0/3"), 2, "shard=0/3: give I/N.*count from 1"),
        (inpaint(top_p="x"), 2, "top_p"),
        (inpaint(texture="codes"), 5, "no trained bottom stage; train it first"),
        (generate(world, "--accept=0"), 2, "accept is 0.0; it must be above 0"),
        (train("painting", world, 1)[:5], 2, "painting is unknown"),
        (train("vqvae", world, 1, f"--data={world / 'empty'}"), 4, "no manifest"),
        (train("vqvae", world, 1, f"--data={world / 'no'}"), 4, "does not exist"),
        (train("vqvae", world, 1, "--split=test"), 4, "splits there: train, val"),
        (train("vqvae", world, 9, "--vqvae_channels=16"), 5, "channels 8, not 16"),
        (train("structure", world, 9, "--image_size=128"), 5, "image_size 64, not"),
        (train("structure", world, 9, "--vqvae_codes=8"), 5, "codes 16, not 8"),
        (
            train("texture", world, 1, f"--run_dir={world / 'fresh'}"),
            5,
            "no trained vqvae stage",
        ),
        (train("vqvae", world, 1, "--image_size=100"), 2, "multiple of 64"),
        (train("vqvae", world, 9, "--vqvae_batch_size=0"), 2, "batch_size is 0"),
        (train("vqvae", world, 9, "--vqvae_steps=0"), 2, "steps is 0; it must be"),
        (train("vqvae", world, 9, "--mask=hole"), 2, "mask=hole.*<center"),
        (["tools/make_tfrecords.py", out, f"--input={world / 'empty'}"], 4, "is empty"),
        (
            ["tools/make_tfrecords.py", out, f"--input={world / 'no'}"],
            4,
            "does not exist",
        ),
        (["tools/make_tfrecords.py", out], 2, "--tfds=NAME"),
        (
            ["-m", "vqinpaint.export", f"{out}/1", f"--run_dir={world / 'run'}"]
            + [f"--about={world / 'no.md'}"],
            2,
            "cannot be read",
        ),
        (
            ["-m", "vqinpaint.export", f"{out}/1", f"--run_dir={world / 'empty'}"],
            5,
            "no trained vqvae stage",
        ),
    ]

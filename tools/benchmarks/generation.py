"""Pictures from nothing against the table that the sample data set was drawn from.

The best share of the pictures by their scores is kept, for several shares: how many show a
creature (quality), and how far the frequencies of what they show are from the table
(diversity), as VQ-VAE-2 trades one for the other by a classifier.
"""

import numpy as np
from tqdm import tqdm

from benchmarks.curve import curve
from vqinpaint import creatures, families
from vqinpaint.cli import FLAGS, flags
from vqinpaint.completing.generating import generate
from vqinpaint.errors import UsageError
from vqinpaint.options.generation import Generation
from vqinpaint.options.request import TEXTURES, Request
from vqinpaint.reporting import SILENT

flags.DEFINE_integer("generated", 256, "Pictures drawn from nothing, 1 to 1000.")
flags.DEFINE_list("shares", ["1", "0.5", "0.25", "0.1"], "Of the pictures to keep.")
flags.DEFINE_enum("texture", None, TEXTURES, "What fills in the texture.")
flags.DEFINE_string("plot", None, "PNG to draw quality against diversity into.")

_HIDDEN = ("mouth", "nose", "glasses")
_TRIALS = 200


def read(pictures):
    """What each picture shows: `creatures.WholeReading`s."""
    reader = creatures.WholeReader(pictures.shape[1])
    return [reader.read(picture) for picture in tqdm(pictures, "read", leave=False)]


def figures(readings):
    """Of some pictures: the share that shows a creature, and distances from the table.

    Total variation is half the sum of absolute differences of shares, a mean over
    attributes; `by_chance` is what draws from the table itself would show.
    """
    generator, found = np.random.default_rng(0), {}
    for name in (*creatures.WHOLE, *_HIDDEN):
        table = creatures.probability.distribution(name)
        shown = [{**r.visible, **r.face.hidden}[name] for r in readings]
        wanted = np.array(list(table.values()))
        shares = np.array([shown.count(value) for value in table]) / len(readings)
        drawn = generator.multinomial(len(readings), wanted, _TRIALS) / len(readings)
        found[name] = _variation(shares, wanted), _variation(drawn, wanted)
    return {
        "pictures": len(readings),
        "clear": float(np.mean([r.face.clear for r in readings])),
        "residual": float(np.median([r.residual for r in readings])),
        "total_variation": float(np.mean([own for own, _ in found.values()])),
        "by_chance": float(np.mean([chance for _, chance in found.values()])),
        "attributes": {name: round(own, 4) for name, (own, _) in found.items()},
    }


def _variation(shares, wanted):
    return float(0.5 * np.abs(shares - wanted).sum(axis=-1).mean())


def _drawn():
    """(pictures, discriminator's scores or None), best first where there are any."""
    engine = families.open_engine(FLAGS.model)
    request = Request(texture=FLAGS.texture)
    wanted = Generation(num_samples=FLAGS.generated)
    found = generate(engine, request, wanted, reporter=SILENT).found
    scores = found.scores.get("discriminator")
    if scores is None:
        return found.pictures, None
    order = np.argsort(-scores, kind="stable")
    return found.pictures[order], scores[order]


def benchmark():
    """--model is a run folder that was trained on the sample data set with full holes."""
    if not FLAGS.model:
        raise UsageError("give --model of a run trained on the sample data set.")
    shares = [float(share) for share in FLAGS.shares]
    pictures, scores = _drawn()
    if scores is None:
        shares = [1.0]
    readings = read(pictures)
    truth = np.stack(
        [
            creatures.draw(
                creatures.sample(0, i, creatures.VALIDATION), pictures.shape[1]
            )
            for i in range(len(pictures))
        ]
    )
    columns = {"drawn from the table": figures(read(truth))}
    for share in shares:
        kept = max(1, round(share * len(readings)))
        columns[f"best {share:g}"] = figures(readings[:kept])
    print(f"{'':22}{'clear':>8}{'residual':>10}{'variation':>11}{'by chance':>11}")
    for name, own in columns.items():
        print(
            f"{name:22}{own['clear']:8.1%}{own['residual']:10.1f}"
            f"{own['total_variation']:11.3f}{own['by_chance']:11.3f}"
        )
    if FLAGS.plot:
        points = [
            (own["total_variation"], own["clear"], name)
            for name, own in columns.items()
            if name.startswith("best")
        ]
        picture = curve(points, "total variation to the table", "share of clear faces")
        picture.save(FLAGS.plot)
        print(f"-> {FLAGS.plot}")
    return {"texture": FLAGS.texture, **columns}

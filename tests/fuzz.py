"""Gives tens of thousands of mutated files to the readers, and prints what they did.

  python -m tests.fuzz                            # 50,000 cases, some minutes
  python -m tests.fuzz --cases=2000 --targets=pictures,masks
  python -m tests.fuzz --replay=pictures:1234     # one case again, with its traceback
  python -m tests.fuzz --replay=pictures:1234 --save=bad.png

Run it in the repository's root. The cases of a number are the same everywhere, so that a
fault can be replayed by its target and number alone. The exit code is 1 if there were
faults.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import sys

# Before TensorFlow is imported, here and in the processes that do the work.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

from tqdm import tqdm  # noqa: E402

from tests.fuzzing import watching  # noqa: E402
from tests.fuzzing.cases import CLEAN, REFUSED, data_of  # noqa: E402
from tests.fuzzing.targets import TARGETS  # noqa: E402


def numbers_of(targets, cases: int, first: int = 0) -> dict[str, range]:
    """Which cases each target gets of so many in all, by their weights."""
    total = sum(target.weight for target in targets)
    shares = {t.name: max(1, round(cases * t.weight / total)) for t in targets}
    return {name: range(first, first + share) for name, share in shares.items()}


def table(counts) -> str:
    """What came of all cases, as Markdown."""
    lines = ["| reader | tried | clean | refused | faults |", "|---|---|---|---|---|"]
    rows = [
        (
            count.target,
            sum(count.kinds.values()),
            count.kinds[CLEAN],
            count.kinds[REFUSED],
            len(count.faults),
        )
        for count in counts
    ]
    rows.append(("all", *(sum(column) for column in list(zip(*rows))[1:])))
    lines += [
        f"| {name} | {' | '.join(f'{n:,}' for n in row)} |" for name, *row in rows
    ]
    return "\n".join(lines)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=50_000, help="of all targets")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--targets", default="", help="names, with commas; all")
    parser.add_argument("--replay", default="", help="NAME:NUMBER of one case")
    parser.add_argument("--save", default="", help="file for the input of --replay")
    return parser.parse_args()


def _replay(name, number, save):
    target = {target.name: target for target in TARGETS}[name]
    data = data_of(target, number)
    if save:
        pathlib.Path(save).write_bytes(data)
    target.read(data)


def main() -> int:
    arguments = _arguments()
    if arguments.replay:
        name, _, number = arguments.replay.rpartition(":")
        _replay(name, int(number), arguments.save)
        return 0
    wanted = [name for name in arguments.targets.split(",") if name]
    targets = [t for t in TARGETS if not wanted or t.name in wanted]
    counts = []
    for name, numbers in numbers_of(targets, arguments.cases, arguments.first).items():
        target = next(target for target in targets if target.name == name)
        with tqdm(total=len(numbers), desc=name, unit="", mininterval=5) as bar:
            counts.append(
                watching.run(target, numbers, lambda n: bar.update(n - bar.n))
            )
    print(table(counts))
    faults = [fault for count in counts for fault in count.faults]
    for fault in faults:
        print(f"fault --replay={fault.target}:{fault.number}  {fault.text}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Measures speed as ratios; the last line printed is one JSON object.

python tools/benchmark.py sampling --batch=8              the paper's sizes, random weights
python tools/benchmark.py sampling --batch=8 --model=R    a run folder
python tools/benchmark.py sampling --prior=bottom --model=R  the texture codes' prior
python tools/benchmark.py serving --batch=8 --model=R     an export against the model itself
python tools/benchmark.py training --batch=4              a step of each stage
python tools/benchmark.py calibration --batch=8 --model=R diversity against the known truth
python tools/benchmark.py generation --model=R            pictures from nothing, by the table
python tools/benchmark.py sizes --batch=2 --model=R       inpaint on pictures of odd sizes
python tools/benchmark.py families --batch=8 --model=A --against=B   the same creatures by both (RUN:codes)
python tools/benchmark.py input --batch=8 --data=D        reading and preparing pictures
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from vqinpaint.cli import FLAGS, flags, run_main  # noqa: E402

# The first argument is no flag.
KIND = sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
if KIND == "training":
    from vqinpaint.environment import onednn_for_training  # noqa: F401  # as vqinpaint.train does

from vqinpaint.environment import quiet_tensorflow  # noqa: E402, F401  # isort: skip  # after flagging

from benchmarks import (  # noqa: E402
    calibration,
    common,
    families,
    generation,
    input,
    sampling,
    serving,
    sizes,
    training,
)

from vqinpaint.errors import UsageError  # noqa: E402

_KINDS = {
    "sampling": sampling,
    "serving": serving,
    "training": training,
    "input": input,
    "calibration": calibration,
    "sizes": sizes,
    "families": families,
    "generation": generation,
}
for _module in (common, *_KINDS.values()):
    flags.adopt_module_key_flags(_module)


def main(kind):
    if kind is None:
        raise UsageError(f"name what to measure first: {', '.join(_KINDS)}.")
    for name in ("batch", "repeats"):
        if getattr(FLAGS, name) < 1:
            raise UsageError(f"--{name}={getattr(FLAGS, name)}: at least 1.")
    print(common.machine())
    print(json.dumps({**common.facts(), **_KINDS[kind].benchmark()}))


if __name__ == "__main__":
    if KIND in _KINDS:
        sys.argv.pop(1)
    run_main(lambda: main(KIND if KIND in _KINDS else None))

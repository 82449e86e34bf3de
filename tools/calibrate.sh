#!/usr/bin/env bash
# Sets up the environment if needed, trains a small model on drawn creatures (once), and compares what its
# completions show with the true conditional distribution. Arguments go to tools/benchmark.py calibration.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
run=runs/calibration64
train_on_creatures $run tfrecords/calibration64 flags/calibration.flags --size=64 --train=10000 --val=200
"$VENV"/bin/python tools/benchmark.py calibration --model=$run --batch=8 "$@"

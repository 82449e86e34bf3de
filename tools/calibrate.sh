#!/usr/bin/env bash
# Sets up the environment if needed, trains a small model on drawn faces (under an hour, once), and
# compares what its completions show with the true conditional distribution. Arguments go
# to tools/benchmark.py calibration.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
run=runs/calibration
train_on_drawn_faces $run tfrecords/calibration flags/calibration.flags --train=6000 --val=200
"$VENV"/bin/python tools/benchmark.py calibration --model=$run --batch=8 "$@"

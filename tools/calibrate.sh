#!/usr/bin/env bash
# Sets up .venv if needed, trains a small model on drawn faces (half an hour, once), and
# compares what its completions show with the true conditional distribution. Arguments go
# to tools/benchmark.py calibration.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
python=.venv/bin/python
records=tfrecords/calibration
run=runs/calibration
if [ ! -f "$records/val.json" ]; then
  $python tools/make_sample_data.py --output="$run/pictures" --train=6000 --val=200
  for split in train val; do
    $python tools/make_tfrecords.py --input="$run/pictures/$split" --output="$records" --split=$split
  done
fi
for stage in vqvae structure texture; do
  $python -m vqinpaint.train --stage=$stage --flagfile=flags/calibration.flags --data="$records" --run_dir="$run"
done
$python tools/benchmark.py calibration --model="$run" --batch=8 "$@"

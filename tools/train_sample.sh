#!/usr/bin/env bash
# Sets up the environment if needed, trains a tiny model on drawn creatures (some ten minutes, once),
# exports it, and completes one of them in several ways. Arguments go to vqinpaint.inpaint.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
python=$VENV/bin/python
records=tfrecords/sample
run=runs/sample
model=saved_models/sample
if [ ! -d $model/1 ]; then
  if [ ! -f $records/val.json ]; then
    "$python" -m vqinpaint.make_sample_data --records --output=$records --size=64
  fi
  for stage in vqvae structure texture; do
    "$python" -m vqinpaint.train --stage=$stage --flagfile=sample --data=$records --run_dir=$run
  done
  "$python" -m vqinpaint.export --run_dir=$run --output=$model/1
fi
"$python" -m vqinpaint.make_sample_data --output=$run/pictures --train=0 --val=4 --size=64
"$python" -m vqinpaint.inpaint --model=$model --image=$run/pictures/val/00000003.png --mask=$run/pictures/masks/centre.png --output=outputs/sample "$@"

#!/usr/bin/env bash
# Sets up the environment if needed, trains a tiny model on drawn faces (some ten minutes, once),
# exports it, and completes one of them in several ways. Arguments go to vqinpaint.inpaint.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
python=$VENV/bin/python
run=runs/sample
model=saved_models/sample
if [ ! -d $model/1 ]; then
  train_on_drawn_faces $run tfrecords/sample flags/sample.flags
  "$python" -m vqinpaint.export --run_dir=$run --output=$model/1
fi
"$python" - $run/mask.png <<'PY'
import sys
from PIL import Image
mask = Image.new("L", (64, 64))
mask.paste(255, (16, 16, 48, 48))
mask.save(sys.argv[1])
PY
"$python" -m vqinpaint.inpaint --model=$model --image=$run/pictures/val/00003.png --mask=$run/mask.png --output=outputs/sample "$@"

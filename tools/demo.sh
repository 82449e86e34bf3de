#!/usr/bin/env bash
# Sets up the environment if needed and completes the pictures of examples/ in several ways with the
# model in saved_models/demo; outputs/overview.png shows all completions. Arguments go to
# vqinpaint.inpaint.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
exec "$VENV"/bin/python -m vqinpaint.inpaint --model=saved_models/demo --image=examples/images --mask=examples/masks \
  --output=outputs --overview=outputs/overview.png "$@"

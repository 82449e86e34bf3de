# Sourced by demo.sh and test.sh: makes .venv beside this repository from the lock.
# PYTHON=... names another interpreter; 3.9 to 3.11 work.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
  for candidate in "${PYTHON:-}" python3.11 python3.10 python3.9 python3 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys, venv; sys.exit(not (3, 9) <= sys.version_info < (3, 12))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "vqinpaint: error: no Python 3.9, 3.10 or 3.11 with the venv module was found; install one, or name it with PYTHON=..." >&2
  return 1
}

stamp=.venv/installed-$(cksum < requirements.lock | tr ' ' '-')
if [ ! -f "$stamp" ]; then
  python=$(find_python) || exit 1
  echo "Installing into .venv from requirements.lock (about 1 GB, once) ..."
  rm -rf .venv
  "$python" -m venv .venv
  # The pip that comes with Python 3.9 and 3.10 trips over extras in hash mode.
  .venv/bin/python -m pip install --quiet --disable-pip-version-check 'pip>=23.2,<26'
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  touch "$stamp"
fi

# Draws faces, makes records of them and trains all stages on them, as far as that is not
# done yet. Arguments: run folder, records, flagfile, then flags of make_sample_data.py.
train_on_drawn_faces() {
  local run=$1 records=$2 flagfile=$3 python=.venv/bin/python
  shift 3
  if [ ! -f "$records/val.json" ]; then
    $python tools/make_sample_data.py --output="$run/pictures" "$@"
    for split in train val; do
      $python tools/make_tfrecords.py --input="$run/pictures/$split" --output="$records" --split=$split
    done
  fi
  for stage in vqvae structure texture; do
    $python -m vqinpaint.train --stage=$stage --flagfile="$flagfile" --data="$records" --run_dir="$run"
  done
}

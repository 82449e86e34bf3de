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

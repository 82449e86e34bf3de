"""The former name of `python -m vqinpaint.make_tfrecords`; it works as before."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from vqinpaint.make_tfrecords import run  # noqa: E402

if __name__ == "__main__":
    run()

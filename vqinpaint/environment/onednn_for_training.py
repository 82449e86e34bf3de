"""Turns oneDNN on where TensorFlow would not; import this before TensorFlow starts.

TensorFlow leaves oneDNN off on x86 processors without AVX-512. Training is faster with it
there too, sampling is not (docs/machines.md has the measurements), so only the command
that trains imports this. What the user has set in the environment stays.
"""

import os
import platform

if platform.machine().lower() in ("x86_64", "amd64"):
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

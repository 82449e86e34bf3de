"""Installs vqinpaint; exact versions with hashes are in requirements.lock."""

import pathlib
import re

from setuptools import find_packages, setup

HERE = pathlib.Path(__file__).parent
VERSION = re.search(
    r'__version__ = "(.+)"', (HERE / "vqinpaint" / "__init__.py").read_text()
).group(1)

# The protocol of TensorFlow Serving: warm-up requests and vqinpaint.client.
SERVING = [
    "tensorflow-serving-api==2.15.1; python_version < '3.12'",
    "tensorflow-serving-api>=2.19,<2.22; python_version >= '3.12'",
    "requests>=2.31,<3",
]
BEAM = ["apache-beam>=2.61,<3"]

setup(
    name="vqinpaint",
    version=VERSION,
    description="Diverse image inpainting with a hierarchical VQ-VAE, in TensorFlow 2",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    packages=find_packages(include=["vqinpaint", "vqinpaint.*"]),
    python_requires=">=3.9,<3.14",
    install_requires=[
        # Two tiers. The reference: what the authors' numbers were first reproduced on.
        "tensorflow==2.15.1; python_version < '3.12'",
        "tensorboard>=2.15.2,<2.16; python_version < '3.12'",
        "numpy>=1.26,<2; python_version < '3.12'",
        # Newer releases need protobuf 5, which TensorFlow 2.15 refuses.
        "tensorflow-metadata>=1.17.3,<1.18; python_version < '3.12'",
        # The current one. Keras 2 is a package of its own there.
        "tensorflow>=2.19,<2.22; python_version >= '3.12'",
        "tf-keras>=2.19,<2.22; python_version >= '3.12'",
        "tensorboard>=2.19,<2.22; python_version >= '3.12'",
        "numpy>=1.26,<3; python_version >= '3.12'",
        # TensorBoard before 2.21 imports pkg_resources, which later releases dropped.
        "setuptools<81",
        "tensorflow-datasets>=4.9.3,<4.10",
        # tensorflow-datasets needs it for builders but does not say so.
        "importlib_resources",
        "pillow>=11,<14",
        # Connected holes and distances to their rims.
        "scipy>=1.11,<2",
        "absl-py>=2,<3",
        "tqdm>=4.60,<5",
    ],
    extras_require={
        "serving": SERVING,
        # tools/make_tfrecords.py --beam.
        "beam": BEAM,
        "dev": [
            *SERVING,
            *BEAM,
            "pytest>=8,<10",
            "pytest-xdist>=3.6,<4",
            "ruff==0.17.5",
            # Runs the TFLite files without TensorFlow, as a phone would.
            "ai-edge-litert>=1.2,<3",
            # It needs this on Python 3.11 too, which later releases refuse.
            "backports.strenum<1.3; python_version < '3.12'",
            # Independent reference for weight normalisation and moving averages in
            # tests; its last release has no wheel past Python 3.11.
            "tensorflow-addons==0.23.0; python_version < '3.12'",
        ],
    },
    entry_points={
        "console_scripts": [
            "vqinpaint-train = vqinpaint.train:run",
            "vqinpaint-inpaint = vqinpaint.inpaint:run",
            "vqinpaint-evaluate = vqinpaint.evaluate:run",
            "vqinpaint-export = vqinpaint.export:run",
            "vqinpaint-client = vqinpaint.client:run",
            "vqinpaint-make-sample-data = vqinpaint.make_sample_data:run",
        ]
    },
)

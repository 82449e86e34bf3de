"""Installs vqinpaint; exact versions with hashes are in requirements.lock."""

import pathlib
import re

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

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
# P-IDS and U-IDS of vqinpaint.evaluate.
METRICS = ["scikit-learn>=1.3,<2"]
# Plots of vqinpaint.evaluate.
PLOTS = ["matplotlib>=3.7,<4"]
# vqinpaint.export --onnx. There is no tf2onnx for Python 3.9; later releases of ONNX need
# an ml_dtypes that TensorFlow 2.15 refuses.
ONNX = [
    "tf2onnx>=1.17,<2; python_version >= '3.10'",
    "onnx>=1.16.2,<1.17; python_version >= '3.10' and python_version < '3.12'",
    "onnx>=1.19,<2; python_version >= '3.12'",
    "onnxruntime>=1.17,<2; python_version >= '3.10'",
]
HEIC = ["pillow-heif>=0.20,<2"]
# The page of vqinpaint.web. Releases for Python 3.9 need an older Pillow than this package;
# pandas is Gradio's, and later releases need a newer NumPy than TensorFlow 2.15.
WEB = [
    "gradio>=6.31,<7; python_version >= '3.10'",
    "pandas<3.1; python_version >= '3.10' and python_version < '3.12'",
]

# Folders of the repository that a wheel holds inside the package, where
# vqinpaint/shipped.py finds them.
SHIPPED = {
    "flags": "flags",
    "saved_models/demo": "demo",
    "examples": "demo/examples",
}


class BuildWithShippedFiles(build_py):
    """Copies shipped files into what is built; an editable installation has its own."""

    def run(self):
        super().run()
        if not self.editable_mode:
            for source, target in self._shipped().items():
                self.mkpath(str(pathlib.Path(target).parent))
                self.copy_file(source, target)

    def get_outputs(self, include_bytecode=1):
        shipped = [] if self.editable_mode else self._shipped().values()
        return [*super().get_outputs(include_bytecode), *shipped]

    def get_source_files(self):
        """What a source distribution has to hold, so that a wheel can be built of it."""
        return [*super().get_source_files(), *self._shipped()]

    def _shipped(self):
        """{path in the repository: path in the build}"""
        files = {}
        for source, target in SHIPPED.items():
            for path in sorted((HERE / source).rglob("*")):
                if path.is_file():
                    inside = path.relative_to(HERE / source)
                    built = pathlib.Path(self.build_lib, "vqinpaint", target, inside)
                    files[path.relative_to(HERE).as_posix()] = str(built)
        return files


setup(
    name="vqinpaint",
    version=VERSION,
    description="Diverse image inpainting with a hierarchical VQ-VAE, in TensorFlow 2",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    packages=find_packages(include=["vqinpaint", "vqinpaint.*"]),
    cmdclass={"build_py": BuildWithShippedFiles},
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
        "pillow>=11.3,<14",
        # Connected holes and distances to their rims.
        "scipy>=1.11,<2",
        "absl-py>=2,<3",
        "tqdm>=4.60,<5",
    ],
    extras_require={
        "serving": SERVING,
        # Pictures of iPhones, which Pillow alone does not read.
        "heic": HEIC,
        # --beam of vqinpaint.inpaint, vqinpaint.evaluate and vqinpaint.make_tfrecords.
        "beam": BEAM,
        "onnx": ONNX,
        "metrics": METRICS,
        "plots": PLOTS,
        "web": WEB,
        "dev": [
            *SERVING,
            *METRICS,
            *PLOTS,
            *BEAM,
            *HEIC,
            *ONNX,
            "pytest>=8,<10",
            "pytest-xdist>=3.6,<4",
            "ruff==0.17.5",
            # Type annotations; the last release for Python 3.9 is older than the pin elsewhere.
            "mypy>=1.13,<3",
            # What models are compared with, in tools/benchmark.py calibration. Later releases
            # of OpenCV need NumPy 2, which TensorFlow 2.15 refuses.
            "opencv-python-headless>=4.9,<4.12",
            "scikit-image>=0.22,<0.27",
            # Run examples/quickstart.ipynb.
            "nbclient>=0.10,<0.12",
            "ipykernel>=6.29,<8",
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
            "vqinpaint-generate = vqinpaint.generate:run",
            "vqinpaint-evaluate = vqinpaint.evaluate:run",
            "vqinpaint-export = vqinpaint.export:run",
            "vqinpaint-client = vqinpaint.client:run",
            "vqinpaint-web = vqinpaint.web.__main__:run",
            "vqinpaint-make-sample-data = vqinpaint.make_sample_data:run",
            "vqinpaint-make-tfrecords = vqinpaint.make_tfrecords:run",
            "vqinpaint-import-tf1 = vqinpaint.import_tf1:run",
            "vqinpaint-import-pic = vqinpaint.import_pic:run",
        ]
    },
)

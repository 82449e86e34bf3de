"""Networks of Pluralistic Image Completion from its authors' PyTorch checkpoints."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

import numpy as np

from vqinpaint import outputs
from vqinpaint.authors.pic_names import NETWORKS, slots
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.files.torch_files import read_tensors
from vqinpaint.models.pic import Pic
from vqinpaint.options import DataOptions, LoopOptions, OptimizerOptions
from vqinpaint.options.pic import PicModelOptions, PicOptions
from vqinpaint.runs import folders
from vqinpaint.runs.checkpoints import Checkpoints
from vqinpaint.stages.pic import PicStage

# Networks without which nothing can be completed; the others are discriminators.
_NEEDED = ("E", "G")
_PREFIX = "module."
# Members of sequences, which repeat what stands under the name of an attribute too.
_REPEATED = re.compile(r".*\.(model|shortcut)\.\d+\.module\..*")
# What is never used: right vectors, and the rest of the discriminators' attention.
_LEFT_OUT = re.compile(r".*\.weight_v|attn2\.(alpha|model\..*)")
_KERNEL = ".module.weight_bar"


class Source(NamedTuple):
    """The tensors of one network, by name without `module.`."""

    path: str
    tensors: dict[str, np.ndarray]

    def shape(self, name: str) -> tuple[int, ...]:
        """Of a kernel [out, in, h, w]. Raises ModelError where there is none."""
        tensor = self.tensors.get(name)
        if tensor is None or tensor.ndim != 4 or not tensor.size:
            told = "has no" if tensor is None else f"has {list(tensor.shape)} as"
            raise ModelError(
                f"{self.path} {told} kernel {name}; it is no network of Pluralistic Image "
                "Completion."
            )
        return tensor.shape

    def count(self, block: str) -> int:
        """How many blocks of that name are numbered."""
        pattern = re.compile(rf"{block}(\d+)\.conv1\.module\.weight_bar")
        return sum(bool(pattern.fullmatch(name)) for name in self.tensors)


def find(folder: str) -> dict[str, str]:
    """The files of a checkpoint by the names of their networks.

    Args:
      folder: with latest_net_E.pth and so on or, where there are none, ITERATION_net_E.pth,
        of which the highest iteration is taken.

    Raises:
      ModelError: the encoder or the generator is missing.
    """
    names = os.listdir(folder) if os.path.isdir(folder) else []
    found = [re.fullmatch(r"(latest|\d+)_net_E\.pth", name) for name in names]
    versions = {match[1] for match in found if match}
    newest = max(versions, key=lambda v: (v == "latest", len(v), v), default="latest")
    paths = {n: os.path.join(folder, f"{newest}_net_{n}.pth") for n in NETWORKS}
    for network in _NEEDED:
        if not os.path.isfile(paths[network]):
            raise ModelError(
                f"{folder} has no {os.path.basename(paths[network])}; name the folder with "
                "the authors' latest_net_E.pth and latest_net_G.pth."
            )
    return {n: path for n, path in paths.items() if os.path.isfile(path)}


def read(path: str) -> Source:
    """Reads one network. Raises ModelError; see `files.torch_files`."""
    tensors = read_tensors(path, lambda name: not _REPEATED.fullmatch(name))
    if tensors and all(name.startswith(_PREFIX) for name in tensors):
        tensors = {name[len(_PREFIX) :]: value for name, value in tensors.items()}
    return Source(path, tensors)


def infer_options(sources: dict[str, Source], image_size: int) -> PicModelOptions:
    """The sizes that follow from the shapes.

    Args:
      sources: by network.
      image_size: side of the pictures, which no shape tells.

    Raises:
      ModelError: the shapes are not those of one model.
    """
    encoder, generator = sources["E"], sources["G"]
    judge = sources.get("D", encoder)
    blocks = ["block0", *(f"encoder{i}" for i in range(encoder.count("encoder")))]
    widths = [encoder.shape(f"{block}.conv2{_KERNEL}")[0] for block in blocks]
    try:
        options = PicOptions(
            generator_channels=widths[0],
            discriminator_channels=judge.shape(f"block0.conv2{_KERNEL}")[0],
            most_channels=max(widths),
            latent_channels=encoder.shape(f"posterior.conv2{_KERNEL}")[0] // 2,
            prior_blocks=encoder.count("infer_prior"),
            depth=len(widths),
            scales=generator.count("out") or 1,
        )
        whole = PicModelOptions(image_size=image_size, pic=options)
    except UsageError as error:
        raise ModelError(
            f"{encoder.path} is of no model that can be made: {error}"
        ) from None
    if widths != options.widths(widths[0]):
        raise ModelError(
            f"{encoder.path} has encoder stages of {widths} channels instead of "
            f"{options.widths(widths[0])}; it is no network of Pluralistic Image "
            "Completion."
        )
    return whole


def load(sources: dict[str, Source], options: PicModelOptions) -> Pic:
    """`Pic` with the weights of the networks that there are; the others are fresh.

    Raises:
      ModelError: a tensor is missing, unknown, of another shape or not finite.
    """
    pic = Pic(options.pic)
    for network, named in slots(pic).items():
        if network not in sources:
            continue
        path, tensors = sources[network]
        unknown = {
            n for n in tensors.keys() - named.keys() if not _LEFT_OUT.fullmatch(n)
        }
        if unknown:
            raise ModelError(
                f"{path} holds {sorted(unknown)[0][:80]}, which network {network} of "
                "Pluralistic Image Completion does not have."
            )
        for name, slot in named.items():
            value = tensors.get(name)
            if value is None or value.shape != slot.shape:
                told = "nothing" if value is None else list(value.shape)
                raise ModelError(
                    f"{path} has {told} as {name}, where network {network} of these sizes "
                    f"has {list(slot.shape)}."
                )
            if value.dtype.kind != "f" or not np.isfinite(value).all():
                raise ModelError(
                    f"{path} holds values that are no finite numbers in {name}; fetch it "
                    "again."
                )
            slot.write(value.astype(np.float32))
    return pic


def write_run_folder(pic: Pic, options: PicModelOptions, run_dir: str) -> None:
    """Writes a run folder at step 0, completely or not at all; see `run_folder`."""
    run_dir = os.path.abspath(run_dir)
    optimizer = OptimizerOptions()
    items = PicStage(options, optimizer, pic).checkpoint_items()
    with outputs.new_folder(os.path.dirname(run_dir)) as temporary:
        Checkpoints(folders.checkpoints_folder(temporary, "pic"), items).save(0)
        folders.write_options(
            temporary,
            "pic",
            model=options,
            data=DataOptions(),
            optimizer=optimizer,
            loop=LoopOptions(),
            records={"split": None, "fingerprint": None},
        )
        os.rename(temporary, run_dir)

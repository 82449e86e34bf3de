"""The forms of options.json, of a run's stage and of an export, in all versions."""

from __future__ import annotations

import dataclasses
import os
from typing import Any, ClassVar, Optional

from vqinpaint.errors import ModelError
from vqinpaint.files.json_files import read_json
from vqinpaint.files.schemas import as_form, read_form
from vqinpaint.options import (
    BottomOptions,
    ModelOptions,
    StructureOptions,
    TextureOptions,
    VQVAEOptions,
)
from vqinpaint.options.fields import require
from vqinpaint.options.pic import PicModelOptions, PicOptions

# What models are that were written before options.json named a family.
DEFAULT_FAMILY = "vqvae"
# What fills holes in exports that were written before texture codes could be drawn.
DEFAULT_TEXTURE = "generator"


@dataclasses.dataclass(frozen=True)
class _Model:
    """`ModelOptions` as every version has written them.

    Only versions before the bottom prior have left a part out.
    """

    image_size: int
    vqvae: VQVAEOptions
    structure: StructureOptions
    texture: TextureOptions
    bottom: BottomOptions = dataclasses.field(default_factory=BottomOptions)

    def __post_init__(self):
        self.options()

    def options(self) -> ModelOptions:
        return ModelOptions(**vars(self))


@dataclasses.dataclass(frozen=True)
class _PicModel:
    """`PicModelOptions`, of which no part is ever left out."""

    image_size: int
    pic: PicOptions

    def __post_init__(self):
        self.options()

    def options(self) -> PicModelOptions:
        return PicModelOptions(**vars(self))


@dataclasses.dataclass(frozen=True)
class _Records:
    """Which records a stage was trained on."""

    other_keys: ClassVar[bool] = True
    split: Optional[str] = None
    fingerprint: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class _RunFile:
    """options.json of a stage."""

    other_keys: ClassVar[bool] = True
    model: _Model
    version: Optional[str] = None
    stage: Optional[str] = None
    family: str = DEFAULT_FAMILY
    vqvae_checkpoint: Optional[str] = None
    records: Optional[_Records] = None


@dataclasses.dataclass(frozen=True)
class _PicRunFile:
    """options.json of a stage of the family "pic"."""

    other_keys: ClassVar[bool] = True
    model: _PicModel
    version: Optional[str] = None
    stage: Optional[str] = None
    family: str = "pic"
    records: Optional[_Records] = None


@dataclasses.dataclass(frozen=True)
class ExportFile:
    """options.json of an export, as far as loading needs it."""

    other_keys: ClassVar[bool] = True
    model: _Model
    sampler: Optional[str] = None
    texture: str = DEFAULT_TEXTURE
    full_holes: Optional[dict[str, float]] = None

    def __post_init__(self):
        shares = (self.full_holes or {}).values()
        require(
            all(0 <= share <= 1 for share in shares), "full_holes must be from 0 to 1."
        )


@dataclasses.dataclass(frozen=True)
class PicExportFile:
    """options.json of an export of the family "pic", as far as loading needs it."""

    other_keys: ClassVar[bool] = True
    model: _PicModel


@dataclasses.dataclass(frozen=True)
class _Family:
    """options.json of any family."""

    other_keys: ClassVar[bool] = True
    family: str = DEFAULT_FAMILY


def read_stage(path: str) -> dict[str, Any]:
    """What a stage of a run was trained with, as its options.json says it.

    Raises:
      ModelError: the file cannot be read, or a value in it is missing or impossible.
    """
    saved = read_json(path)
    family = as_form(saved, _Family, path).family
    as_form(saved, _PicRunFile if family == "pic" else _RunFile, path)
    return saved


def read_export(folder: str, form: Any = ExportFile) -> Any:
    """What the options.json of a SavedModel says, as `form`.

    Raises ModelError; see `read_stage`.
    """
    path = os.path.join(folder, "options.json")
    if not os.path.exists(path):
        raise ModelError(
            f"{path} is missing; the folder is no export of vqinpaint, or was not copied "
            "as a whole."
        )
    return read_form(path, form)


def family_in(path: str) -> str:
    """The family that an options.json names. Raises ModelError; see `read_stage`."""
    if not os.path.exists(path):
        return DEFAULT_FAMILY
    return read_form(path, _Family).family

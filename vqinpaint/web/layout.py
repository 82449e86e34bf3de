"""What is on the page, and in which order: the picture, the hole, the wishes, the results."""

from __future__ import annotations

import dataclasses
import glob
import os
from typing import Any

import gradio as gr

from vqinpaint import shipped
from vqinpaint.completing.engine import Engine
from vqinpaint.errors import UserError
from vqinpaint.options.page import PageOptions
from vqinpaint.options.request import Request
from vqinpaint.pictures import files
from vqinpaint.web import painting
from vqinpaint.web.forms import CORNERS, KEEP_BY, status

STYLE = """
.gradio-container { max-width: 1280px !important; }
progress { width: 100%; height: 0.7rem; }
*:focus-visible { outline: 3px solid #1d4ed8 !important; outline-offset: 2px; }
#examples .thumbnail-item { width: 100%; min-width: 0; }
#examples .grid-container { grid-template-columns: repeat(4, minmax(0, 1fr)) !important; }
#examples .grid-wrap, #gallery .grid-wrap { padding-top: 2rem; }
@media (max-width: 640px) {
  .gradio-container { padding: 0.4rem !important; }
  #gallery .grid-container { grid-template-columns: repeat(2, minmax(0, 1fr)) !important; }
}
"""
_HELP = (
    "Paint over what is to be replaced: **brush** and **eraser** are left of the canvas, "
    "**undo** and **zoom** above it. By keyboard, add a rectangle or upload a mask. Known "
    "pixels are never changed."
)


@dataclasses.dataclass
class Parts:
    """The page's components, by what they are for."""

    session: Any
    upload: Any
    examples: Any
    canvas: Any
    corners: list[Any]
    add_rectangle: Any
    mask_upload: Any
    mask_download: Any
    mask_file: Any
    invert: Any
    clear: Any
    fields: list[Any]
    complete: Any
    cancel: Any
    status: Any
    round: Any
    gallery: Any
    chosen: Any
    same_structure: Any
    repaint: Any
    vary: Any
    share: Any
    reopen: Any
    downloads: list[Any]
    maps: Any


def examples() -> list[tuple[str, str]]:
    """(picture, mask) of the examples that come with the package."""
    folder = shipped.examples() or ""
    pictures = sorted(glob.glob(os.path.join(folder, "images", "*.png")))
    masks = [os.path.join(folder, "masks", os.path.basename(p)) for p in pictures]
    return [pair for pair in zip(pictures, masks) if os.path.exists(pair[1])]


def build(engine: Engine, options: PageOptions, forget: Any) -> tuple[gr.Blocks, Parts]:
    """The page without anything that happens on it.

    Args:
      engine: completes; names the model.
      options: bounds of the form's fields.
      forget: called with a visitor's session when it is deleted.
    """
    parts: dict[str, Any] = {}
    page = gr.Blocks(
        title="vqinpaint", analytics_enabled=False, delete_cache=(600, 7200)
    )
    with page:
        parts["session"] = gr.State(None, delete_callback=forget)
        side = f"{engine.side}x{engine.side}"
        gr.Markdown(
            f"# Paint a hole, see several answers\nModel: `{engine.name}`, {side} pixels. "
            "Pictures of other sizes are completed through windows around the hole."
        )
        with gr.Row():
            with gr.Column(scale=5, min_width=320):
                _add_picture(parts)
                _add_hole(parts)
            with gr.Column(scale=4, min_width=320):
                _add_wishes(parts, engine, options)
                _add_results(parts, engine)
    return page, Parts(**parts)


def _takes(engine, **wishes):
    """Whether an engine answers such requests."""
    try:
        engine.check(Request(num_samples=2, **wishes))
    except UserError:
        return False
    return True


def _add_picture(parts):
    gr.Markdown("## 1. Picture")
    with gr.Row():
        parts["upload"] = gr.Image(
            label="Upload, drop or paste a picture",
            type="filepath",
            sources=["upload", "clipboard"],
            height=180,
            scale=2,
            buttons=[],
            elem_id="upload",
        )
        # Gradio's own opens the file, and fails with a traceback where it is no picture.
        parts["upload"].preprocess = lambda sent: sent and sent.path
        parts["examples"] = gr.Gallery(
            [(picture, files.stem(picture)) for picture, _ in examples()],
            label="Examples",
            columns=4,
            scale=3,
            height=180,
            object_fit="contain",
            allow_preview=False,
            interactive=False,
            buttons=[],
            elem_id="examples",
        )


def _add_hole(parts):
    gr.Markdown(f"## 2. Hole\n{_HELP}")
    colour = "#{:02x}{:02x}{:02x}".format(*painting.COLOUR)
    parts["canvas"] = gr.ImageEditor(
        label="Hole, painted over the picture",
        type="numpy",
        image_mode="RGBA",
        format="png",
        sources=[],
        transforms=[],
        layers=False,
        brush=gr.Brush(default_size=40, colors=[colour], color_mode="fixed"),
        eraser=gr.Eraser(default_size=40),
        canvas_size=(512, 512),
        height=460,
        buttons=[],
        elem_id="canvas",
    )
    with gr.Row():
        parts["invert"] = gr.Button("Invert hole", size="sm", min_width=100)
        parts["clear"] = gr.Button("No hole", size="sm", min_width=100)
        parts["mask_upload"] = gr.UploadButton(
            "Upload mask", size="sm", min_width=100, elem_id="mask-upload"
        )
        parts["mask_download"] = gr.Button(
            "Download mask", size="sm", min_width=100, elem_id="mask-download"
        )
        # Its file is made when it is asked for; then a script presses this one.
        parts["mask_file"] = gr.DownloadButton(visible="hidden", elem_id="mask-file")
    with gr.Accordion("Rectangle, by pixels of the picture", open=False):
        with gr.Row():
            parts["corners"] = [
                gr.Number(label=name.capitalize(), value=value, minimum=0, min_width=80)
                for name, value in zip(CORNERS, (0, 0, 32, 32))
            ]
        parts["add_rectangle"] = gr.Button("Add rectangle to the hole", size="sm")


def _add_wishes(parts, engine, options):
    gr.Markdown("## 3. Completions")
    most = options.max_samples
    top = _takes(engine, top_k=1)
    rankings = [
        name for name, by in KEEP_BY.items() if _takes(engine, keep=1, keep_by=by)
    ]
    with gr.Row():
        number = gr.Slider(
            1, most, value=min(6, most), step=1, label="Number", min_width=140
        )
        # Without a precision, as Gradio would round what is no whole number.
        seed = gr.Number(label="Seed of the first", value=0, min_width=100)
    with gr.Accordion("How they are drawn, and which are kept", open=False):
        temperature = gr.Slider(0, 2, value=1, step=0.05, label="Temperature")
        with gr.Row():
            top_k = gr.Number(label="top-k (0: all codes)", value=0, visible=top)
            top_p = gr.Slider(0.05, 1, value=1, step=0.05, label="top-p", visible=top)
        with gr.Row():
            keep = gr.Number(label="Keep (0: all)", value=0, min_width=100)
            keep_by = gr.Dropdown(
                rankings, value="most different", label="Keep the", min_width=140
            )
    parts["fields"] = [number, seed, temperature, top_k, top_p, keep, keep_by]
    with gr.Row():
        parts["complete"] = gr.Button("Complete", variant="primary", elem_id="complete")
        parts["cancel"] = gr.Button("Cancel", variant="stop", elem_id="cancel")
    parts["status"] = gr.HTML(status("Choose a picture."), elem_id="status")


def _add_results(parts, engine):
    gr.Markdown("## 4. Results")
    parts["round"] = gr.Dropdown([], label="Round (history)", elem_id="round")
    parts["gallery"] = gr.Gallery(
        label="Completions",
        columns=3,
        height="auto",
        object_fit="contain",
        format="png",
        interactive=False,
        buttons=["fullscreen"],
        elem_id="gallery",
    )
    parts["chosen"] = gr.Radio([], label="Chosen completion", elem_id="chosen")
    names = (("PNG of the chosen", "png"), ("All as ZIP", "zip"), ("JSON", "json"))
    with gr.Row():
        parts["downloads"] = [
            gr.DownloadButton(
                name, size="sm", min_width=90, interactive=False, elem_id=f"get-{kind}"
            )
            for name, kind in names
        ]
    with gr.Row():
        parts["repaint"] = gr.Button("Paint a hole into it", size="sm", min_width=120)
        parts["vary"] = gr.Button("Vary this one", size="sm", min_width=120)
        parts["reopen"] = gr.Button("Back to its hole", size="sm", min_width=120)
        parts["same_structure"] = gr.Button(
            "Use its structure again",
            size="sm",
            min_width=120,
            visible=_takes(engine, structure_from="result.json:0"),
        )
    parts["share"] = gr.Slider(
        0.1, 1, value=0.5, step=0.1, label="Share of the hole that varying draws anew"
    )
    with gr.Accordion("Structures and entropy", open=False):
        parts["maps"] = gr.Gallery(
            label="Maps",
            columns=1,
            object_fit="contain",
            interactive=False,
            buttons=["fullscreen"],
            elem_id="maps",
        )

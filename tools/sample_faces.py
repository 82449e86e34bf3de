"""The faces of the sample data set: attributes from known tables, and how they look."""

from PIL import Image, ImageDraw

# Attribute -> value -> probability.
TABLES = {
    "background": {"sky": 0.4, "meadow": 0.35, "dusk": 0.25},
    "shape": {"round": 0.6, "square": 0.4},
    "colour": {"yellow": 0.5, "pink": 0.3, "green": 0.2},
    "eyes": {"open": 0.5, "wide": 0.25, "shut": 0.25},
    "mouth": {"smile": 0.4, "frown": 0.2, "open": 0.25, "line": 0.15},
}
# The hat given the face's colour: a dependence that a prior has to learn.
HAT = {
    "yellow": {"none": 0.5, "cap": 0.4, "top": 0.1},
    "pink": {"none": 0.7, "cap": 0.1, "top": 0.2},
    "green": {"none": 0.2, "cap": 0.2, "top": 0.6},
}
# Left, top, right, bottom in 64ths: all of an attribute, to the last grey level of its
# soft edges. A prior that is trained on a hole learns to read what leaks out of it.
HOLES = {
    "eyes": (15, 21, 49, 39),
    "mouth": (19, 33, 45, 56),
    "hat": (10, 0, 62, 24),
}
BACKGROUNDS = {"sky": (150, 205, 245), "meadow": (150, 200, 120), "dusk": (95, 80, 130)}
COLOURS = {"yellow": (250, 210, 70), "pink": (245, 160, 170), "green": (120, 190, 110)}
INK, HATS = (45, 35, 40), {"cap": (200, 50, 50), "top": (50, 50, 70)}


def draw_attributes(generator):
    """One value for each attribute, by the tables."""

    def pick(table):
        return generator.choices(list(table), list(table.values()))[0]

    attributes = {name: pick(table) for name, table in TABLES.items()}
    attributes["hat"] = pick(HAT[attributes["colour"]])
    return attributes


def draw_picture(attributes, size):
    """Renders attributes: a PIL picture of size x size, drawn fourfold and reduced."""
    side = 4 * size
    unit = side / 64
    picture = Image.new("RGB", (side, side), BACKGROUNDS[attributes["background"]])
    pen = ImageDraw.Draw(picture)

    def box(left, top, right, bottom):
        return [left * unit, top * unit, right * unit, bottom * unit]

    face = COLOURS[attributes["colour"]]
    outline = {"fill": face, "outline": INK, "width": round(1.5 * unit)}
    if attributes["shape"] == "round":
        pen.ellipse(box(12, 14, 52, 58), **outline)
    else:
        pen.rounded_rectangle(box(13, 15, 51, 57), 6 * unit, **outline)
    _draw_hat(pen, box, attributes["hat"])
    for x in (24, 40):
        _draw_eye(pen, box, attributes["eyes"], x, round(2 * unit))
    _draw_mouth(pen, box, attributes["mouth"], round(2 * unit))
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def draw_hole(attribute, size):
    """The mask that hides an attribute: a PIL picture, 255 where missing."""
    mask = Image.new("L", (size, size))
    left, top, right, bottom = (x * size // 64 for x in HOLES[attribute])
    mask.paste(255, (left, top, right, bottom))
    return mask


def _draw_hat(pen, box, hat):
    if hat == "cap":
        pen.pieslice(box(14, 5, 50, 33), 180, 360, fill=HATS["cap"])
        pen.rectangle(box(32, 17, 58, 20), fill=HATS["cap"])
    elif hat == "top":
        pen.rectangle(box(21, 1, 43, 17), fill=HATS["top"])
        pen.rectangle(box(14, 16, 50, 20), fill=HATS["top"])


def _draw_eye(pen, box, eyes, x, width):
    if eyes == "shut":
        pen.line(box(x - 4, 30, x + 4, 30), fill=INK, width=width)
        return
    radius = 5 if eyes == "wide" else 3
    pen.ellipse(box(x - radius, 30 - radius, x + radius, 30 + radius), fill="white")
    pen.ellipse(box(x - 2, 28, x + 2, 32), fill=INK)


def _draw_mouth(pen, box, mouth, width):
    if mouth == "smile":
        pen.arc(box(22, 34, 42, 50), 20, 160, fill=INK, width=width)
    elif mouth == "frown":
        pen.arc(box(22, 44, 42, 60), 200, 340, fill=INK, width=width)
    elif mouth == "open":
        pen.ellipse(box(26, 40, 38, 52), fill=(150, 40, 50), outline=INK, width=width)
    else:
        pen.line(box(23, 46, 41, 46), fill=INK, width=width)

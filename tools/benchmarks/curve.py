"""A plot of quality against diversity, drawn by Pillow alone."""

from PIL import Image, ImageDraw

_SIZE, _LEFT, _BOTTOM, _RIM = (480, 360), 64, 48, 24
_INK, _LINE, _GRID = "black", "#3060a0", "#dddddd"


def curve(points, across, up):
    """Draws points and the line through them.

    Args:
      points: (x, y, label) of each, in the order of the line; both axes begin at 0.
      across, up: titles of the axes.

    Returns:
      Pillow image.
    """
    picture = Image.new("RGB", _SIZE, "white")
    draw = ImageDraw.Draw(picture)
    most = [max(1e-6, *(point[i] for point in points)) * 1.1 for i in (0, 1)]
    width, height = _SIZE[0] - _LEFT - _RIM, _SIZE[1] - _BOTTOM - _RIM

    def place(x, y):
        return (
            _LEFT + x / most[0] * width,
            _SIZE[1] - _BOTTOM - y / most[1] * height,
        )

    for i in range(6):
        x, y = (end * i / 5 for end in most)
        draw.line([place(x, 0), place(x, most[1])], fill=_GRID)
        draw.line([place(0, y), place(most[0], y)], fill=_GRID)
        draw.text((place(x, 0)[0] - 10, _SIZE[1] - _BOTTOM + 4), f"{x:.2f}", fill=_INK)
        draw.text((_LEFT - 30, place(0, y)[1] - 6), f"{y:.2f}", fill=_INK)
    draw.line([place(x, y) for x, y, _ in points], fill=_LINE, width=2)
    for x, y, label in points:
        left, top = place(x, y)
        draw.ellipse([left - 3, top - 3, left + 3, top + 3], fill=_LINE)
        draw.text((left + 6, top - 14), label, fill=_INK)
    draw.text((_LEFT + width // 3, _SIZE[1] - 20), across, fill=_INK)
    draw.text((4, 4), up, fill=_INK)
    return picture

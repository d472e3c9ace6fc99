"""A palm, which grows in more than one style."""

import numpy as np
from PIL import Image

from service.demo.canvas import Canvas, Point, points, shapes


def palm(canvas: Canvas, foot: Point, height: float, lean: float) -> Image.Image:
    """Mask of a leaning palm with feathered fronds."""
    t = np.linspace(0, 1, 14)
    trunk, fronds = points(foot[0] + lean * height * t**2, foot[1] - height * t), []
    for angle in np.linspace(-3.0, -0.15, 9) + canvas.rng.uniform(-0.1, 0.1, 9):
        length = height * canvas.between(0.32, 0.44)
        x = trunk[-1][0] + np.cos(angle) * length * t
        y = trunk[-1][1] + np.sin(angle) * length * t + 0.62 * length * t**2
        thick, teeth = length * np.sin(np.pi * t), 0.06 + 0.1 * (np.arange(14) % 2)
        fronds.append(points(x, y - 0.05 * thick) + points(x, y + teeth * thick)[::-1])
    return shapes(fronds, [trunk], height * 0.033)

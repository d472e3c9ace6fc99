"""The order of albums by the colour of their fronts: a number from the hue and the lightness of a cover.

Hues come in steps, from red through the rainbow to pink, then what has no colour, from white to black. Within a step
the order is by lightness, downwards and upwards in turns, so that neighbours in the order look alike.
"""

HUE_STEPS = 24
FIRST_HUE = 5
"""Degrees in OKLCh; just behind pink."""

SHADES = 1000
"""Lightnesses in a step."""

JUMP_SHADES = 100
"""What is named by one name has whole hundreds of shades."""

_LAST_STEPS = {
    "Red": 1,
    "Orange": 4,
    "Yellow": 6,
    "Green": 10,
    "Turquoise": 13,
    "Blue": 18,
    "Purple": 20,
    "Pink": 23,
}
_WHITE_TO, _GREY_TO = 200, 700
"""Shades from white on."""


def place_of(hue: float | None, lightness: float) -> int:
    """The place of a cover in the order.

    Args:
        hue: degrees in OKLCh; None if it has no colour.
        lightness: 0 black to 1 white, in OKLab.
    """
    shade = min(SHADES - 1, max(0, int(lightness * SHADES)))
    step = HUE_STEPS if hue is None else int((hue - FIRST_HUE) % 360 * HUE_STEPS / 360) % HUE_STEPS
    return step * SHADES + (shade if step % 2 else SHADES - 1 - shade)


def name_of(place: int) -> str:
    """What the colour at a place is called."""
    step, shade = divmod(place, SHADES)
    if step >= HUE_STEPS:
        return "White" if shade < _WHITE_TO else "Grey" if shade < _GREY_TO else "Black"
    return next(name for name, last in _LAST_STEPS.items() if step <= last)

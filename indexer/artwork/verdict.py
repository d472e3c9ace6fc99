"""When two pictures count as one artwork; the bounds were chosen with benchmarks/duplicates.py."""

from indexer.artwork.geometry import Agreement, Sketch, agreement

LEAST_WHOLE = 0.97
"""Pictures as they are: a copy of few points, such as a plain one."""

LEAST_POINTS = 20
LEAST_ALIGNED = 0.6
LEAST_OVERLAP = 0.5
LEAST_CELLS = 0.6
"""0.4 finds one in forty more copies, and joins covers of a series that share a frame or lettering."""


def is_same_artwork(found: Agreement) -> bool:
    """Alike as they are; or enough points agree on a transform under which most of the pixels do as well."""
    if found.whole >= LEAST_WHOLE:
        return True
    return (
        found.points >= LEAST_POINTS
        and found.aligned >= LEAST_ALIGNED
        and found.overlap >= LEAST_OVERLAP
        and found.cells >= LEAST_CELLS
    )


def show_one_artwork(first: Sketch, second: Sketch) -> bool:
    """``is_same_artwork`` of two pictures, which looks no further than it needs to."""
    return is_same_artwork(agreement(first, second, least_points=LEAST_POINTS))

"""When two pictures count as one artwork; the bounds were chosen with benchmarks/duplicates.py."""

from indexer.duplicates.geometry import Agreement

LEAST_WHOLE = 0.97
LEAST_POINTS = 20
LEAST_ALIGNED = 0.8
LEAST_OVERLAP = 0.5


def is_same_artwork(found: Agreement) -> bool:
    """Alike as they are; or enough points agree on a transform under which the pixels do as well."""
    if found.whole >= LEAST_WHOLE:
        return True
    return found.points >= LEAST_POINTS and found.aligned >= LEAST_ALIGNED and found.overlap >= LEAST_OVERLAP

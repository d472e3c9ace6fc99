from pathlib import Path

import numpy as np

from db.cover_facts import CoverFacts
from indexer.analysis.catalogue_facts import GenreCount, catalogue_facts
from sleeve.vocabulary import AlbumId, ContentHash, CoverId


def _cover(
    number: int, *labels: tuple[str, str], album: int | None = None, content: str = "", **more: object
) -> CoverFacts:
    fields = {
        "cover_id": CoverId(number),
        "album_id": AlbumId(number if album is None else album),
        "file": f"{number}.png",
        "path": Path(f"/c/{number}.png"),
        "content_hash": ContentHash(content or f"{number:064d}"),
        "title": None,
        "artist": None,
        "year": None,
        "labels": tuple(sorted(labels)),
        "extra": {},
        **more,
    }
    return CoverFacts(**fields)  # type: ignore[arg-type]


def test_counts_by_hand() -> None:
    covers = [
        _cover(1, ("jazz", "folder"), year=1959, extra={"source": "shop"}),
        _cover(2, ("jazz", "folder"), ("folk", "manifest"), year=1951, extra={"source": "shop"}),
        _cover(3, ("jazz", "manifest"), year=1960),
        _cover(4),
        _cover(5, ("folk", "folder"), content="f" * 64),
        _cover(6, ("punk", "folder"), content="f" * 64),
    ]
    groups = np.array([0, 0, 1, 2, 3, 3])
    found = catalogue_facts(covers, groups, np.array([[0, 2], [4, 5]]))
    assert (found.covers, found.albums, found.labelled, found.groups) == (6, 6, 5, 4)
    assert found.genres == (GenreCount("jazz", 3, 1, 2), GenreCount("folk", 2, 1, 2), GenreCount("punk", 1, 0, 1))
    assert found.sources == {"shop": 2, "": 4}
    assert found.genres_by_source[("shop", "jazz")] == 2
    assert found.label_sources == {"folder": 4, "manifest": 2}
    assert found.decades == {1950: 2, 1960: 1}
    assert found.shared == {("folk", "jazz"): 1}
    assert (found.several_genres, found.same_files, found.near_duplicates) == (1, 2, 2)


def test_conflicts_are_of_one_album_twice_or_of_one_artwork() -> None:
    covers = [
        _cover(1, ("jazz", "folder"), ("folk", "manifest")),
        _cover(2, ("jazz", "folder"), ("jazz", "manifest"), ("folk", "manifest")),
        _cover(3, ("punk", "folder")),
        _cover(4),
        _cover(5, ("folk", "folder"), content="f" * 64),
        _cover(6, ("punk", "folder"), content="f" * 64),
    ]
    pairs = np.array([[0, 1], [1, 2], [2, 3], [4, 5]])
    found = catalogue_facts(covers, np.arange(6), pairs)
    assert [(conflict.kind, conflict.rows) for conflict in found.conflicts] == [
        ("sources differ", (0, 0)),
        ("near-duplicate", (1, 2)),
        ("same file", (4, 5)),
    ]
    assert found.conflicts[0].genres == (("jazz",), ("folk",))

from pathlib import Path

import pytest

from indexer.sources.spelling import MAX_SPELLINGS_BYTES, Spellings
from sleeve.errors import SourceError

SHIPPED = Spellings.read()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["Rock; Pop"], ("rock", "pop")),
        (["Rock/Pop"], ("rock", "pop")),
        (["Jazz, Blues | Soul\\Funk"], ("jazz", "blues", "soul", "funk")),
        (["Hip-Hop/Rap"], ("hip-hop",)),
        (["Hip Hop", "hip  hop", "RAP"], ("hip-hop",)),
        (["Folk, World, & Country"], ("folk-world",)),
        (["Funk / Soul; Rock"], ("funk-soul", "rock")),
        (["Funk / Soul"], ("funk-soul",)),
        (["R&B/Soul"], ("r&b", "soul")),
        (["Drum & Bass"], ("drum & bass",)),
        (["Singer/Songwriter", "24/7", "Adult/Contemporary"], ("singer-songwriter", "24/7", "adult contemporary")),
        (["Rap & Hip-Hop", "Alt-Rock"], ("hip-hop", "alternative")),
        (["Rock/Zydeco", "Zydeco/Cajun"], ("rock", "Zydeco", "Zydeco/Cajun")),
        (["Zydeco, Cajun", "Zydeco/"], ("Zydeco", "Cajun")),
        (["Рэп", "ジャズ"], ("hip-hop", "jazz")),
        (["Unknown", "Other", " ; / ", ""], ()),
        (["Zy\x07deco"], ("Zydeco",)),
        ([f"genre {number}" for number in range(30)], tuple(f"genre {number}" for number in range(10))),
    ],
)
def test_genres_get_one_spelling(written: list[str], meant: tuple[str, ...]) -> None:
    assert SHIPPED.genres(written) == meant


def test_a_table_of_ones_own_wins(tmp_path: Path) -> None:
    own = tmp_path / "genres.tsv"
    own.write_text("# mine\nrap\tRap\nDSBM\tblack metal; depressive\nJazz\t\n", encoding="utf-8-sig")
    spellings = Spellings.read(own)
    assert spellings.genres(["rap", "dsbm", "jazz", "hip hop"]) == ("Rap", "black metal", "depressive", "hip-hop")
    assert Spellings.read(tmp_path / "none.tsv").genres(["rap"]) == ("hip-hop",)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"rap hip-hop\n", "genres.tsv:1 has no tab"),
        (b"a\tb\n\xff\xff\tx\n", "is not UTF-8"),
        (b"x" * (MAX_SPELLINGS_BYTES + 1), "is larger than"),
    ],
)
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "genres.tsv").write_bytes(content)
    with pytest.raises(SourceError, match=complaint):
        Spellings.read(tmp_path / "genres.tsv")


def test_a_slash_that_the_table_does_not_know_is_a_guess() -> None:
    assert SHIPPED.guesses(["Hip-Hop/Rap", "24/7", "Rock/Zydeco; Jazz", "Rock/Zydeco", "A/B, C"]) == (
        "Rock/Zydeco",
        "A/B",
    )

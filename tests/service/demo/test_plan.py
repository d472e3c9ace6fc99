from collections import Counter
from itertools import pairwise

import pytest

from service.demo.plan import plan, slug
from service.demo.roster import GENRES
from service.demo.styles import LOOKS
from sleeve.vocabulary import Side

DEFAULT = plan(480, 7)
FRONTS = [cover for cover in DEFAULT if cover.side is Side.FRONT]


def test_the_roster_has_an_artist_for_every_look_and_no_name_twice() -> None:
    artists = [artist for genre in GENRES for artist in genre.artists]
    assert all(len(genre.artists) == LOOKS for genre in GENRES)
    assert len(set(artists)) == len(artists)
    assert all(len(set(genre.titles)) == len(genre.titles) for genre in GENRES)
    assert {genre.related for genre in GENRES} <= {genre.name for genre in GENRES}


@pytest.mark.parametrize("albums", [1, 19, 20, 21, 333])
def test_a_smaller_plan_begins_a_larger_one(albums: int) -> None:
    smaller = plan(albums, 7)
    assert smaller == DEFAULT[: len(smaller)]
    assert sum(cover.side is Side.FRONT for cover in smaller) == albums


def test_no_two_covers_share_a_file() -> None:
    covers = plan(2000, 3)
    assert len({cover.file for cover in covers}) == len(covers)


def test_the_default_catalogue_has_its_shares_of_everything() -> None:
    repeated = [cover for cover in FRONTS if cover.original]
    assert len(FRONTS) == 480
    assert len(repeated) == 24
    assert len({cover.pressing for cover in repeated}) == 5
    assert len(DEFAULT) - len(FRONTS) == pytest.approx(0.06 * 456, abs=2)
    assert sum(len(cover.genres_all) == 2 for cover in FRONTS) == pytest.approx(20, abs=3)
    per_artist = Counter(cover.album.artist for cover in FRONTS if not cover.original)
    assert set(per_artist.values()) <= set(range(9, 12))
    assert Counter(cover.file.suffix for cover in FRONTS).keys() == {".jpg", ".png", ".webp"}


def test_another_pressing_names_an_original_and_comes_out_no_earlier() -> None:
    by_file = {cover.file: cover for cover in FRONTS}
    for cover in FRONTS:
        if cover.original:
            first = by_file[cover.original]
            assert first.original is None
            assert first.draw_seed == cover.draw_seed
            assert cover.title == f"{first.title} ({cover.pressing})"
            assert first.year <= cover.year <= 2026


def test_the_page_of_the_newest_albums_shows_each_artwork_once() -> None:
    newest = [cover.draw_seed for cover in FRONTS[-36:]]
    assert len(set(newest)) == 36


def test_years_keep_to_the_genre_and_an_artists_albums_come_out_in_order() -> None:
    released: dict[str, list[int]] = {}
    for cover in FRONTS:
        if not cover.original:
            first, last = cover.genre.years
            assert first <= cover.year <= last
            released.setdefault(cover.album.artist, []).append(cover.year)
    assert all(years == sorted(years) for years in released.values())


def test_a_back_cover_follows_its_front() -> None:
    for before, cover in pairwise(DEFAULT):
        if cover.side is Side.BACK:
            assert before.side is Side.FRONT
            assert (before.album, before.draw_seed) == (cover.album, cover.draw_seed)


def test_a_slug_keeps_letters_and_digits_only() -> None:
    assert slug("Sólveig Árnadóttir: Vol. 2!") == "solveig-arnadottir-vol-2"

"""Albums are found by their names and by what is printed on their covers, on both databases."""

import random
from itertools import combinations
from pathlib import Path

import pytest
from sqlalchemy import insert

from db import albums, labels, texts, words
from db.database import Database
from db.letters import lines_of_letters
from db.records import CatalogueFilter, NewText, TextLine
from db.tables import Album
from service.answers.find import MAX_FOUND, FoundPage, find
from sleeve.vocabulary import AlbumId, AlbumOrder, ContentHash, CoverId, Fingerprint, WordPlace
from tests.db.test_registration import offer
from tests.factories import cover_file

CORNERS = ((0.1, 0.2), (0.9, 0.2), (0.9, 0.3), (0.1, 0.3))
READER = Fingerprint("a" * 64)
EVERYTHING = CatalogueFilter()

NAMES = [
    ("John Coltrane", "Blue Train"),
    ("Miles Davis", "Kind of Blue"),
    ("Mötley Crüe", "Dr. Feelgood"),
    ("AC/DC", "Back in Black"),
    ("U2", "The Joshua Tree"),
    ("椎名林檎", "無罪モラトリアム"),
    ("Кино", "Группа крови"),
]
SAID = {
    8: ["MILESDAVIS", "RELAXIN'"],
    9: ["THEL0NIOUS M0NK", "SOLO"],
    10: ["Blue Trane", "other words"],
    11: ["BLUE TRAIN"],
}
"""What the covers of albums without names say; the names above are albums 1 to 7."""


@pytest.fixture
def catalogue(database: Database) -> Database:
    hashes = [ContentHash(f"{number:064d}") for number in range(1, 12)]
    named = [cover_file(Path(f"/c/{n}.png"), artist=artist, title=title) for n, (artist, title) in enumerate(NAMES, 1)]
    nameless = [cover_file(Path(f"/c/{n}.png"), group=str(n)) for n in SAID]
    for file, content in zip([*named, *nameless], hashes, strict=True):
        offer(database, (file, content))
    with database.writing() as session:
        new = [
            NewText(CoverId(n), hashes[n - 1], tuple(TextLine(line, CORNERS, 0.9) for line in lines))
            for n, lines in SAID.items()
        ]
        assert texts.store(session, READER, new) == len(new)
    return database


def ids(page: FoundPage) -> list[int]:
    return [found.album.id for found in page.albums]


FIRST = [
    ("blue train", 1),
    ("john coltrane blue train", 1),
    ("TRAIN, BLUE", 1),
    ("coltrain", 1),
    ("jhon coltrane", 1),
    ("miles", 2),
    ("mlies davis", 2),
    ("motley crue", 3),
    ("Doctor Feelgod", 3),
    ("ac dc", 4),
    ("acdc black", 4),
    ("u2", 5),
    ("U2 joshua", 5),
    ("林檎", 6),
    ("無罪モラトリアム", 6),
    ("кино", 7),
    ("relaxin", 8),
    ("thelonious monk", 9),
    ("telonius solo", 9),
    ("blue trane other", 10),
]
"""Words, and the album that is meant by them."""

NOTHING = ["", " ", "%", "_", "\"'", "nowhere", "x", "-- ,", "zzzz " * 8]


def test_the_album_that_is_meant_comes_first(catalogue: Database) -> None:
    assert {asked: ids(find(catalogue, asked, EVERYTHING))[:1] for asked, _ in FIRST} == {
        asked: [first] for asked, first in FIRST
    }


def test_what_nobody_says_finds_nothing_and_signs_are_no_operators(catalogue: Database) -> None:
    assert {asked: ids(find(catalogue, asked, EVERYTHING)) for asked in NOTHING} == {asked: [] for asked in NOTHING}
    assert ids(find(catalogue, '"blue" OR', EVERYTHING)) == ids(find(catalogue, "blue or", EVERYTHING)) != []


def test_what_is_misspelled_in_the_catalogue_does_not_hide_the_rest(catalogue: Database) -> None:
    with catalogue.writing() as session:
        labels.rename(session, AlbumId(7), {"artist": "Jon Coltrone", "title": "Blue", "year": None})
    for asked in ("coltrone", "coltrone blue"):
        found = ids(find(catalogue, asked, EVERYTHING))
        assert (found[0], 1 in found) == (7, True), asked


def test_letters_that_changed_places_in_the_middle_of_a_word_hide_nothing(catalogue: Database) -> None:
    """No three letters of it are right then; and another album holds both halves of what was typed."""
    with catalogue.writing() as session:
        labels.rename(session, AlbumId(7), {"artist": "Iron Maiden", "title": "Killers", "year": None})
        labels.rename(session, AlbumId(9), {"artist": "Iron", "title": "Madcap", "year": None})
    assert ids(find(catalogue, "iron madien", EVERYTHING))[:1] == [7]


def test_a_name_ranks_above_the_same_words_on_a_cover_and_each_says_where(catalogue: Database) -> None:
    page = find(catalogue, "blue train", EVERYTHING)
    assert ids(page)[:3] == [1, 11, 10]
    [title] = page.albums[0].matches
    assert (title.place, title.text, title.cover_id, title.box) == (WordPlace.TITLE, "Blue Train", None, None)
    [line] = page.albums[1].matches
    assert (line.place, line.text, line.cover_id, line.box) == (WordPlace.COVER, "BLUE TRAIN", 11, CORNERS)
    assert page.albums[2].matches[0].text == "Blue Trane"


def test_what_changes_is_found_as_it_is_now(catalogue: Database) -> None:
    with catalogue.writing() as session:
        labels.rename(session, AlbumId(8), {"title": "Relaxin'", "artist": "Miles Davis Quintet", "year": 1958})
        albums.remove(session, [AlbumId(9), AlbumId(1)])
        texts.store(session, READER, [NewText(CoverId(11), ContentHash(f"{11:064d}"), ())])
    assert ids(find(catalogue, "quintet", EVERYTHING)) == [8]
    assert ids(find(catalogue, "thelonious monk", EVERYTHING)) == []
    assert ids(find(catalogue, "blue train", EVERYTHING)) == [10]
    offer(catalogue, (cover_file(Path("/c/10.png"), group="10"), ContentHash("f" * 64)))
    assert ids(find(catalogue, "trane", EVERYTHING)) == [], "what another picture said there"


@pytest.mark.slow
def test_pages_follow_each_other_in_every_order(catalogue: Database) -> None:
    files = [
        cover_file(Path(f"/m/{n}.png"), artist=f"Muse {n % 3}", title=f"Live {n % 5}", year=1990 + n % 4)
        for n in range(MAX_FOUND + 20)
    ]
    for number, file in enumerate(files):
        offer(catalogue, (file, ContentHash(f"{number:064x}"[::-1])))
    for order in AlbumOrder:
        whole = find(catalogue, "muse live", EVERYTHING, order)
        assert whole.next is None
        assert (
            whole.total
            == len(whole.albums)
            == min(MAX_FOUND, len({(file.title, file.artist, file.year) for file in files}))
        )
        pages, after = [], None
        while True:
            page = find(catalogue, "muse live", EVERYTHING, order, after=after, limit=7)
            pages += ids(page)
            after = page.next
            if after is None:
                break
        assert pages == ids(whole)
    titles = [found.album.title for found in find(catalogue, "muse live", EVERYTHING, AlbumOrder.TITLE).albums]
    assert titles == sorted(titles, key=str)
    filtered = find(catalogue, "muse live", CatalogueFilter(year_from=1991, year_to=1991))
    assert {found.album.year for found in filtered.albums} == {1991}


def test_letters_are_looked_up_in_an_index(catalogue: Database) -> None:
    """The plan of the database, and what it finds against Python's own look through all names."""
    with catalogue.writing() as session:
        rng = random.Random(2)
        for number in range(1, 8):
            title = "".join(rng.choices("ab", k=30))
            labels.rename(session, AlbumId(number), {"title": title, "artist": None, "year": None})
    with catalogue.reading() as session:
        titles = {album_id: albums.album(session, album_id).title or "" for album_id in map(AlbumId, range(1, 8))}
        for _ in range(30):
            piece = "".join(rng.choices("ab", k=rng.randint(3, 6)))
            expected = {album_id for album_id, title in titles.items() if piece in title}
            assert set(words.holding(session, [[piece]], limit=100)[0]) == expected


COMMON = ["marble", "lantern", "copper", "river", "silver", "garden", "winter", "harbour", "thunder", "velvet"]
OFTEN = 2_000


def test_a_wrong_letter_among_common_words_hides_nothing(database: Database) -> None:
    """Each word is in more albums than are compared, and only one album has all four."""
    rng = random.Random(4)
    fours = list(combinations(COMMON, 4))
    rng.shuffle(fours)
    meant, others = fours[:12], fours[12:]
    named = [rng.choice(others) for _ in range(OFTEN)]
    named[1500:1500] = meant
    with database.writing() as session:
        session.execute(
            insert(Album),
            [
                {"id": number, "artist": artist, "title": title, "letters": lines_of_letters([artist, title])}
                for number, four in enumerate(named, 1)
                for artist, title in [(" ".join(four[:2]), " ".join(four[2:]))]
            ],
        )
    for number, four in enumerate(meant, 1501):
        asked = list(four)
        spoiled = rng.randrange(4)
        asked[spoiled] = _with_a_wrong_letter(asked[spoiled], rng)
        assert ids(find(database, " ".join(asked), EVERYTHING))[:1] == [number], asked


def _with_a_wrong_letter(word: str, rng: random.Random) -> str:
    place = rng.randrange(len(word))
    return f"{word[:place]}x{word[place + 1 :]}"

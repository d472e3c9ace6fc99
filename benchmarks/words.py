"""How long a search for words takes, and what it finds: `python -m benchmarks.words [--albums N --like HOME]
[--questions 200]`.

Over the catalogue of the settings (SLEEVE_HOME, SLEEVE_DATABASE_URL). With ``--albums`` an empty catalogue is filled
first: its names and texts have as many words as those of the catalogue in HOME, drawn from its words as often as they
are in it. Asked are the names of albums, every third with a wrong letter. Processor time is of this process; the server
of PostgreSQL has its own, so there the time on the clock counts, on a machine that does nothing else.

With ``--nameless`` the catalogue is copied, and in the copy the albums whose covers the model was not trained on have
no names: only their covers say them. Asked are their artists and titles; printed is how often the album itself is the
first, and among the first five. The catalogue of the settings stays as it is.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
from sqlalchemy import func, insert, select

from db.database import Database
from db.letters import lines_of_letters
from db.records import CatalogueFilter
from db.tables import Album, Cover, CoverText
from indexer.evaluation.labelled_catalogue import unseen_by
from indexer.home import Home, open_home
from indexer.progress import chunks
from service.answers.find import find
from sleeve.settings import Settings, read_settings
from sleeve.vocabulary import Side

INSERTED_AT_ONCE = 5_000
FOUND = 10


def main() -> None:
    """Fill if asked to, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--albums", type=int, default=0)
    parser.add_argument("--like", type=Path, metavar="HOME")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--nameless", action="store_true")
    asked = parser.parse_args()
    if bool(asked.albums) != bool(asked.like):
        parser.error("--albums and --like go together")
    if asked.nameless:
        _find_nameless()
        return
    generator = np.random.default_rng(0)
    with open_home(read_settings()) as home:
        if asked.albums:
            with open_home(Settings(home=asked.like, database_url=None, _env_file=None)) as like:
                draw = _drawn_like(like.database, generator)
            _fill(home.database, asked.albums, draw)
        questions = list(_questions(home.database, asked.questions, generator))
        for question in questions[:10]:
            find(home.database, question.words, CatalogueFilter(), limit=FOUND)
        answers = [_ask(home.database, question) for question in questions]
        with home.database.reading() as session:
            albums, texts = (session.scalar(select(func.count()).select_from(table)) for table in (Album, CoverText))
    print(f"{albums:,} albums, {texts:,} texts, {len(questions)} questions")
    times = np.array([(answer.processor_s, answer.clock_s) for answer in answers])
    for name, column in zip(("processor ms", "clock ms"), times.T, strict=True):
        p50, p95, p99 = np.percentile(1000 * column, [50, 95, 99])
        print(f"{name:13} p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}")
    for name, is_wrong in (("as they are", False), ("with a wrong letter", True)):
        places = np.array([a.place for q, a in zip(questions, answers, strict=True) if q.is_wrong is is_wrong])
        first, in_ten = np.mean(places == 1), np.mean(places <= FOUND)
        print(f"{name}: the album is the first {first:.3f}, in the first ten {in_ten:.3f}")


def _find_nameless() -> None:
    with (
        open_home(read_settings()) as home,
        TemporaryDirectory() as folder,
        open_home(Settings(home=Path(folder), database_url=None, _env_file=None)) as copy,
    ):
        names = _copied(home, copy)
        found = [find(copy.database, name, CatalogueFilter(), limit=5).albums for name in names.values()]
    places = [
        next((place for place, one in enumerate(some, 1) if one.album.id == album_id), 6)
        for album_id, some in zip(names, found, strict=True)
    ]
    first, in_five = np.mean(np.array(places) == 1), np.mean(np.array(places) <= 5)
    print(f"{len(names)} albums without names: first {first:.3f}, in the first five {in_five:.3f}")


def _copied(home: Home, copy: Home) -> dict[int, str]:
    """Copy all albums, covers and texts, but for the names of albums whose covers were held back; those names."""
    with home.database.reading() as session:
        albums, covers, said = (
            [dict(row) for row in session.execute(select(table.__table__)).mappings()]
            for table in (Album, Cover, CoverText)
        )
    unseen = unseen_by(home.bundle(), [cover["content_hash"] for cover in covers])
    held_back = {cover["album_id"] for cover, is_unseen in zip(covers, unseen.tolist(), strict=True) if is_unseen}
    names = {
        album["id"]: f"{album['artist']} {album['title']}"
        for album in albums
        if album["id"] in held_back and album["artist"] and album["title"]
    }
    nothing = {"artist": None, "title": None, "artist_folded": None, "title_folded": None, "letters": None}
    with copy.database.writing() as session:
        session.execute(insert(Album), [album | nothing if album["id"] in names else album for album in albums])
        session.execute(insert(Cover), covers)
        session.execute(insert(CoverText), said)
    return names


@dataclass(frozen=True, slots=True)
class _Question:
    album_id: int
    words: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    """``place`` is that of the album meant, from 1; more than ``FOUND`` if it is not among them."""

    processor_s: float
    clock_s: float
    place: int


def _ask(database: Database, question: _Question) -> _Answer:
    processor, clock = process_time(), perf_counter()
    found = find(database, question.words, CatalogueFilter(), limit=FOUND).albums
    processor, clock = process_time() - processor, perf_counter() - clock
    places = (place for place, one in enumerate(found, 1) if one.album.id == question.album_id)
    return _Answer(processor, clock, next(places, FOUND + 1))


def _questions(database: Database, count: int, generator: np.random.Generator) -> Iterator[_Question]:
    with database.reading() as session:
        ids = session.scalars(select(Album.id).where(Album.letters.is_not(None))).all()
        chosen = generator.choice(ids, count).tolist()
        rows = session.execute(select(Album.id, Album.artist, Album.title).where(Album.id.in_(chosen)))
        names = {row.id: row for row in rows}
    for number, album_id in enumerate(chosen):
        words = f"{names[album_id].artist or ''} {names[album_id].title or ''}".split()[:4]
        question = " ".join(words)
        wrong = int(generator.integers(len(question)))
        is_wrong = number % 3 == 2
        asked = f"{question[:wrong]}x{question[wrong + 1 :]}" if is_wrong else question
        yield _Question(album_id, asked, is_wrong)


def _drawn_like(database: Database, generator: np.random.Generator) -> Callable[[], tuple[list[str], list[str]]]:
    """A function that draws artist and title, and the lines of a cover."""
    named = select(Album.artist, Album.title).where(Album.artist.is_not(None), Album.title.is_not(None))
    with database.reading() as session:
        names = [[str(text).split() for text in row] for row in session.execute(named)]
        lines_of_covers = session.scalars(select(CoverText.lines).where(CoverText.letters.is_not(None)))
        said = [[str(line["text"]).split() for line in lines] for lines in lines_of_covers]
    name_words, said_words = (_drawn_words(texts, generator) for texts in (names, said))

    def draw() -> tuple[list[str], list[str]]:
        name, lines = (texts[int(generator.integers(len(texts)))] for texts in (names, said))
        return [" ".join(name_words(len(text))) for text in name], [" ".join(said_words(len(line))) for line in lines]

    return draw


def _drawn_words(
    texts: Sequence[Sequence[Sequence[str]]], generator: np.random.Generator
) -> Callable[[int], list[str]]:
    counts = Counter(word for text in texts for line in text for word in line)
    words, shares = list(counts), np.array(list(counts.values())) / counts.total()
    drawn: list[int] = []

    def draw(count: int) -> list[str]:
        if len(drawn) < count:
            # Many at once: a single draw goes through all shares.
            drawn.extend(generator.choice(len(words), 100_000, p=shares).tolist())
        return [words[drawn.pop()] for _ in range(count)]

    return draw


def _fill(database: Database, count: int, draw: Callable[[], tuple[list[str], list[str]]]) -> None:
    with database.reading() as session:
        if session.scalar(select(func.count(Album.id))):
            raise SystemExit("the catalogue is not empty")
    for numbers in chunks(range(1, count + 1), INSERTED_AT_ONCE):
        drawn = [draw() for _ in numbers]
        with database.writing() as session:
            albums = [_album(number, name) for number, (name, _) in zip(numbers, drawn, strict=True)]
            session.execute(insert(Album), albums)
            session.execute(insert(Cover), [_cover(number) for number in numbers])
            texts = [_text(number, lines) for number, (_, lines) in zip(numbers, drawn, strict=True)]
            session.execute(insert(CoverText), texts)


def _album(number: int, names: Sequence[str]) -> dict[str, object]:
    artist, title = names
    return {"id": number, "artist": artist, "title": title, "letters": lines_of_letters(names)}


def _cover(number: int) -> dict[str, object]:
    path = f"/drawn/{number}.jpg"
    return {
        "id": number,
        "album_id": number,
        "side": Side.FRONT,
        "file": path,
        "path": path,
        "content_hash": f"{number:064d}",
    }


def _text(number: int, lines: Sequence[str]) -> dict[str, object]:
    box = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.2], [0.1, 0.2]]
    return {
        "cover_id": number,
        "reader": "0" * 64,
        "lines": [{"text": line, "box": box, "confidence": 0.9} for line in lines],
        "letters": lines_of_letters(lines),
    }


if __name__ == "__main__":
    main()

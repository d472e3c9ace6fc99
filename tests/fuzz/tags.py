"""Bytes as a music file: its first byte says by which name, the rest is the file."""

from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["mutagen", "indexer.images.audio", "indexer.images.bounded_file", "indexer.files"]
):
    from indexer.images.audio.genre_writing import read_genres, write_genres
    from indexer.images.audio.picture_writing import picture_splices, read_front, splice_picture
    from indexer.images.audio.pictures import read_picture
    from indexer.images.audio.tags import read_tags
    from indexer.images.audio.writing.picture_change import FrontPicture
    from sleeve.errors import FileRejectedError
    from sleeve.vocabulary import Side

from tests.fuzz.session import fuzz
from tests.indexer.images.audio.recordings import FORMATS, READ_FORMATS, write_track

MAX_BYTES = 100_000
JPEG = b"\xff\xd8\xff\xe0" + b"\xff\x00\xe1" * 300
KINDS = (*FORMATS, *READ_FORMATS)


def read_track(data: bytes, folder: Path) -> None:
    if not data:
        return
    path = folder / f"a.{KINDS[data[0] % len(KINDS)]}"
    path.write_bytes(data[1:])
    sides: frozenset[Side] = frozenset()
    try:
        tags = read_tags(path)
        sides = tags.sides
        dates = (*tags.original_dates, *tags.dates)
        texts = (tags.album, tags.artist, tags.album_artist, *dates, *tags.genres, *tags.musicbrainz.values())
        assert all(isinstance(text, str) for text in texts if text is not None)
    except FileRejectedError:
        pass
    for side in Side:
        try:
            assert 0 < len(read_picture(path, side, MAX_BYTES)) <= MAX_BYTES
        except FileRejectedError:
            assert side not in sides
    before = path.read_bytes()
    try:
        write_genres(path, ["black metal"])
        assert read_genres(path) == ("black metal",)
    except FileRejectedError:
        assert path.read_bytes() == before
    before = path.read_bytes()
    try:
        picture = FrontPicture(read_front(path), JPEG, (500, 500))
        splice_picture(path, picture, picture_splices(path, picture))
        assert read_front(path) == JPEG
    except FileRejectedError:
        assert path.read_bytes() == before
    assert [file.name for file in folder.iterdir()] == [path.name]


def seeds(folder: Path) -> list[bytes]:
    written = []
    for number, kind in enumerate(KINDS):
        for pictures in ([], [(3, b"front"), (4, b"back")]):
            path = write_track(
                folder / f"seed.{kind}",
                album="Album",
                artist="Мгла",
                album_artist="Various",
                date="1999-01-02",
                genres=["(17)Rock", "Jazz"],
                compilation=True,
                ids={"musicbrainz_albumid": "1b022e01-4da6-387b-8658-8678046e4cef"},
                pictures=pictures,
            )
            written.append(bytes([number]) + path.read_bytes())
            path.unlink()
    return written


if __name__ == "__main__":
    fuzz("tags", read_track, seeds)

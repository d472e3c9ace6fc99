"""What tables call their columns: as Sleeve does, or as Discogs, beets, MusicBrainz, Hugging Face and people do."""

import re
from collections.abc import Iterable, Mapping, Sequence

from indexer.sources.names import clean
from sleeve.errors import SourceError

COLUMNS = ("file", "genre", "artist", "album", "year", "side", "back")
"""What can be said about a cover; ``back`` names the file of the back cover in the same row."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "file": (
        *("file", "file name", "filename", "image file", "image", "image path", "image url", "img", "picture", "photo"),
        *(
            "cover",
            "cover file",
            "cover path",
            "cover image",
            "cover url",
            "cover art",
            "coverart",
            "artwork",
            "artpath",
        ),
        *("artwork", "artpath", "front", "front cover", "thumb", "thumbnail", "file path", "filepath", "path", "url"),
        *("datei", "dateiname", "bild", "bilddatei", "titelbild", "fichier", "pochette", "couverture", "archivo"),
        *(
            "fichero",
            "imagen",
            "portada",
            "immagine",
            "copertina",
            "arquivo",
            "imagem",
            "capa",
            "bestand",
            "afbeelding",
        ),
        *("hoes", "plik", "obraz", "okładka", "файл", "изображение", "обложка", "ファイル", "画像", "ジャケット"),
        *("文件", "图片", "封面"),
    ),
    "genre": (
        *("genre", "genres", "category", "musikrichtung", "género", "genero", "genere", "gênero", "gatunek", "žánr"),
        *("жанр", "ジャンル", "流派"),
    ),
    "artist": (
        *("albumartist", "album artist", "artist", "artists", "artist name", "artist credit", "band", "performer"),
        *("interpret", "künstler", "kuenstler", "artiste", "interprète", "artista", "intérprete", "artiest"),
        *("uitvoerende", "wykonawca", "исполнитель", "артист", "アーティスト", "歌手", "艺术家", "艺人"),
    ),
    "album": (
        *("album", "album title", "album name", "release title", "release", "record", "title", "albumtitel", "titel"),
        *("titre", "título", "titulo", "titolo", "tytuł", "альбом", "название", "アルバム", "タイトル", "专辑", "标题"),
    ),
    "year": (
        *("original year", "originalyear", "original date", "originaldate", "original release date"),
        *("first release date", "first release year", "erstveröffentlichung", "year", "release year", "release date"),
        *("released", "date", "jahr", "erscheinungsjahr", "veröffentlicht", "année", "annee", "año", "anno", "ano"),
        *("jaar", "rok", "год", "年", "発売年", "发行年份"),
    ),
    "side": ("side", "seite", "côté", "lado", "lato", "kant", "strona", "сторона"),
    "back": (
        *("back", "back cover", "back file", "back image", "back url", "rückseite", "verso", "dos", "contraportada"),
        *("contracapa", "achterkant", "tył", "оборот"),
    ),
}
"""Names for each of ``COLUMNS`` as ``plain`` makes them, the one that says most first."""

_SMALL = {"thumb", "thumbnail"}
"""What may be known of a cover by a file name, but not by its bytes."""

_GENRE_OF_DATA_SETS = "label"
"""What Hugging Face calls the class of a picture. In a table of music it is a record company."""


def recognised(header: Iterable[str], asked: Mapping[str, str]) -> dict[str, str]:
    """Names of ``COLUMNS`` → those of the header that mean them.

    Args:
        asked: names of ``COLUMNS`` → what the person says that they are called.
    """
    names: dict[str, str] = {}
    for name in header:
        names.setdefault(plain(name), name)
    found = {ours: names[name] for ours, theirs in asked.items() if (name := plain(theirs)) in names}
    for ours, known in _NAMES.items():
        theirs = next((names[name] for name in known if name in names and names[name] not in found.values()), None)
        if ours not in asked and theirs is not None:
            found[ours] = theirs
    if "genre" not in {*found, *asked} and not {"artist", "album"} & set(found) and _GENRE_OF_DATA_SETS in names:
        found["genre"] = names[_GENRE_OF_DATA_SETS]
    return found


def image_column(holding: Sequence[str], asked: Mapping[str, str]) -> str | None:
    """Which column of a table has the images themselves; None if none has.

    Args:
        holding: the columns with bytes; they are images if they are called like a file.
        asked: as for ``recognised``.
    """
    known = [plain(asked["file"])] if "file" in asked else []
    known += [name for name in _NAMES["file"] if name not in _SMALL]
    called = [name for name in holding if plain(name) in known]
    return min(called, key=lambda name: known.index(plain(name)), default=None)


def check_columns(table: str, header: Iterable[str], asked: Mapping[str, str]) -> None:
    """Complain about a header without what is asked for, or without files.

    Raises:
        SourceError: a column is not there.
    """
    shown = [name for name in map(clean, header) if name]
    known = {plain(name) for name in shown}
    for ours, theirs in asked.items():
        if plain(theirs) not in known:
            raise SourceError(f"{table} has no column `{theirs}` (asked for by --column {ours}={theirs})")
    if "file" not in recognised(shown, asked):
        listed = ", ".join(shown[:_SHOWN_COLUMNS]) + (", …" if len(shown) > _SHOWN_COLUMNS else "")
        raise SourceError(
            f"{table} has no column `file`; --column file=NAME says what it is called"
            + (f" (its columns: {listed})" if listed else "")
        )


def guessed(found: Mapping[str, str], asked: Mapping[str, str]) -> str:
    """Which columns were recognised by another name than Sleeve's, for a person; empty if none was."""
    said = (f"`{theirs}` as {ours}" for ours, theirs in found.items() if ours not in asked and plain(theirs) != ours)
    return ", ".join(said)


_SHOWN_COLUMNS = 20


def plain(name: str) -> str:
    """A name in small letters, with single spaces between its words."""
    return " ".join(re.sub(r"[\s_\-./()]+", " ", (clean(name) or "").lower()).split())

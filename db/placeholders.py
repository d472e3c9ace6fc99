# ruff: noqa: RUF001 - words of many scripts
"""Names that name nothing: what rippers, taggers, spreadsheets and databases write where they know no name."""

import re
from functools import lru_cache

from db.records import fold

_UNKNOWN = (
    "unknown|unbekannt(?:er|es|e)?|inconnue?|desconocid[oa]|sconosciut[oa]|desconhecid[oa]|onbekende?|okänd|okänt|ukendt|"
    "ukjent|tuntematon|nieznan[ya]|neznám[ýáé]|ismeretlen|necunoscut|bilinmeyen|άγνωστος|άγνωστο|"
    "неизвест(?:ный|ная|ное|ен)|невідом(?:ий|а)"
)
_THING = (
    "artists?|albums?|titles?|performers?|interprete?t?|künstler|titel|artistes?|artistas?|título|álbum|album|artista|"
    "titolo|artiest|artysta|wykonawca|tytuł|sanatçı|albüm|umělec|előadó|исполнитель|альбом|название|виконавець"
)
_NOTHING = re.compile(
    rf"(?:(?:{_UNKNOWN})(?: (?:{_THING}))?|(?:{_THING}) (?:{_UNKNOWN})"
    r"|未知|未知(?:艺术家|藝術家|歌手|专辑|專輯)|不明|不明な(?:アーティスト|アルバム)|アーティスト不明"
    r"|알 수 없는 (?:아티스트|음악가|앨범)|알 수 없음"
    r"|no (?:artist|title|album)|sans titre|ohne titel|sin título|senza titolo|sem título|без названия|無題"
    r"|untitled|no name|not available|missing|tba|tbd|nan|nat|none|null|nil|n/a|#n/a|n\.a\.|k\.a\.|[-_.?]+)"
)
_NO_TITLE = re.compile(
    r"(?:various(?: artists)?|(?:audio )?(?:track|titel|title|piste|pista|трек)(?: no\.?)? ?\d{1,3})"
)
_NO_FILE = re.compile(
    r"(?:no|missing|default|blank|empty|unknown|generic)?[ _-]*"
    r"(?:album|cover|folder|front|back|art|artwork|image|sleeve|poster|jacket|thumb|logo|placeholder|missing|default|"
    r"blank|unknown)+[ _-]*(?:art|artwork|image|available|found)?(?: ?\(?\d{1,3}\)?)?"
    r"|(?:img|dsc[fn]?|photo|picture|scan|screenshot|untitled|download)[ _-]*\(?\d*\)?"
)
_GENRE = "genres?|géneros?|género|genere|gatunek|žánr|жанр|styles?"
_NO_GENRE = re.compile(
    rf"(?:{_UNKNOWN}) (?:{_GENRE})|(?:{_GENRE}) (?:{_UNKNOWN})|no genre|(?:various|unknown) artists?"
    r"|various|misc(?:ellaneous)?|others?|verschiedenes?|diverses?|sonstiges|divers|autres|vari[ao]s|vari[eo]|altr[io]|"
    r"otros|outros|diversos|overige|diversen|övrigt|blandat|różne|inne|různé|ostatní|разное|прочее|різне|"
    r"その他|其他|기타"
    r"|(?:new folder|untitled folder|neuer ordner|nouveau dossier|dossier sans titre|nueva carpeta|carpeta sin título|"
    r"nuova cartella|cartella senza titolo|nova pasta|nieuwe map|naamloze map|ny mappe?|namnlös mapp|"
    r"uusi kansio|nowy folder|nová složka|új mappa|folder nou|yeni klasör|νέος φάκελος|новая папка|нова папка|"
    r"新建文件夹|新增資料夾|新しいフォルダー|새 폴더)(?: ?\(?\d+\)?)?"
)
_AROUND = "<>[](){}\"'"


@lru_cache(maxsize=4096)
def names_nothing(name: str) -> bool:
    """Whether a text in the place of an artist or a title says that there is none known.

    A real name may be one of these ("Untitled"). It is shown as written; only whether two covers are of one album does
    not follow from it.
    """
    folded = fold(name).strip(_AROUND + " ")
    return not folded or _NOTHING.fullmatch(folded) is not None


@lru_cache(maxsize=4096)
def titles_nothing(title: str) -> bool:
    """Whether a text in the place of a title names no album: as above, "Various", or a track's number."""
    return names_nothing(title) or _NO_TITLE.fullmatch(fold(title).strip(_AROUND + " ")) is not None


def folder_says_nothing(name: str) -> bool:
    """Whether the name of a folder, where a genre is expected, says none: "Unknown", "Various", "New Folder (2)"."""
    return names_nothing(name) or _NO_GENRE.fullmatch(fold(name).strip(_AROUND + " ")) is not None


def file_says_nothing(stem: str) -> bool:
    """Whether the name of an image file, without its ending, would suit any album: ``no-cover``, ``scan0001``."""
    return _NO_FILE.fullmatch(fold(stem)) is not None

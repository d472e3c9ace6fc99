"""Tables as spreadsheets, Discogs, beets, MusicBrainz, Hugging Face and people write them."""

import json
import unicodedata
from pathlib import Path

import pytest

from db.records import CoverFile, Guess, OtherFiles, RejectedFile
from indexer.sources import open_source
from indexer.sources.other_files import REPEATED_ROWS
from sleeve.errors import SourceError

Read = tuple[list[CoverFile], list[tuple[str, str]], dict[str, int], list[str]]


def read(path: Path, content: bytes | str, *, encoding: str | None = None, **columns: str) -> Read:
    """The covers, rejected rows by line, other rows by kind, and guesses of a table."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    covers, rejected, others, guesses = [], [], dict[str, int](), []
    for item in open_source(path, columns=columns, encoding=encoding):
        match item:
            case CoverFile():
                covers.append(item)
            case RejectedFile():
                rejected.append((item.path.removeprefix(f"{path}:"), item.detail))
            case OtherFiles():
                others[item.kind] = others.get(item.kind, 0) + item.files
            case Guess():
                guesses.append(item.text.removeprefix(f"{path}: "))
    return covers, rejected, others, guesses


@pytest.mark.parametrize(
    ("content", "others"),
    [
        ("file,genre,artist\r\n0.jpg,rock,A\r\n,,\r\n\r\n , ,\r\n", {"blank rows": 2}),
        (",,\r\n\r\n0.jpg,,\r\n".replace("0.jpg", "My covers") + "file,genre,artist\r\n0.jpg,rock,A\r\n", {}),
        ("sep=;\r\nfile;genre;artist\r\n0.jpg;rock;A\r\n", {}),
        ("SEP=|\nCovers, 2024\nfile|genre|artist\n0.jpg|rock|A\n", {}),
        ("Covers; all of them\nfile,genre,artist,,\n0.jpg,rock,A,,\nTotal,1,,,\n", {"rows of totals": 1}),
        ("file;genre;artist\n0.jpg;rock;A\n;Summe: ;\n", {"rows of totals": 1}),
        ("file\tgenre\tartist\r0.jpg\trock\tA\r", {}),
        ("file,genre,artist\nNaN,None,N/A\n0.jpg,rock,A\nnan,,#N/A\n", {"blank rows": 2}),
    ],
)
def test_what_spreadsheets_add_around_a_table(tmp_path: Path, content: str, others: dict[str, int]) -> None:
    [cover], rejected, found, _ = read(tmp_path / "m.csv", content)
    assert (cover.file, cover.genres, cover.artist) == ("0.jpg", ("rock",), "A")
    assert (found, rejected) == (others, [])


def test_a_bad_row_costs_itself_only(tmp_path: Path) -> None:
    content = (
        b"file,artist,notes\n"
        b'1.jpg,"A, B","two\nlines"\n'
        b'2.jpg,C,"never closed\n'
        b"3.jpg,D,plain\n"
        b'4.jpg,"E" x,y\n'
        b"5.jpg,Earth, Wind & Fire,too many\n"
        b'6.jpg,F,7" single\n'
        b"7.jpg,caf\xe9,not UTF-8\n"
        b"8.jpg,Bj\xc3\xb6rk," + b"x" * 300_000 + b"\n"
        b"9.jpg,G," + b"x" * 1_100_000 + b"\n"
        b'10.jpg,"H ""h""",\n'
        b"11.jpg\n"
    )
    covers, rejected, _, _ = read(tmp_path / "m.csv", content)
    assert [(cover.file, cover.artist) for cover in covers] == [
        ("1.jpg", "A, B"),
        ("3.jpg", "D"),
        ("6.jpg", "F"),
        ("8.jpg", "Björk"),
        ("10.jpg", 'H "h"'),
        ("11.jpg", None),
    ]
    assert covers[0].extra == {"notes": "two lines"}
    assert rejected == [
        ("4", "its quotes do not match"),
        ("6", "its quotes do not match"),
        ("7", "it has 4 cells, and the first row has 3"),
        ("9", "not UTF-8 text"),
        ("11", "the line is longer than 1,048,576 characters"),
    ]


def test_quotes_in_a_tsv_without_quoting_are_names(tmp_path: Path) -> None:
    names = ['"Heroes"', '"Heroes" (2017)', '12" Mixes', '"Low', "plain", 'say "when"']
    content = "file\talbum\n" + "".join(f"{number}.jpg\t{name}\n" for number, name in enumerate(names))
    covers, rejected, _, _ = read(tmp_path / "m.tsv", content)
    assert [cover.title for cover in covers] == names
    assert rejected == []
    excel = 'file\talbum\n0.jpg\t"one, two"\n1.jpg\t"""Heroes"""\n'
    assert [cover.title for cover in read(tmp_path / "m.tsv", excel)[0]] == ["one, two", '"Heroes"']
    quoted = '"file"\t"album"\n"0.jpg"\t"two\nlines"\n"1.jpg"\t"Low"\n'
    assert [cover.title for cover in read(tmp_path / "m.tsv", quoted)[0]] == ["two lines", "Low"]


def test_a_stray_byte_never_changes_the_rest(tmp_path: Path) -> None:
    content = "file,genre,artist\n1.jpg,música,Björk\n2.jpg,рок,Кино\n".encode()
    covers, rejected, _, guesses = read(tmp_path / "m.csv", content + b"3.jpg,rock,caf\xe9\n")
    assert [(cover.artist, cover.genres) for cover in covers] == [("Björk", ("música",)), ("Кино", ("rock",))]
    assert (rejected, guesses) == ([("4", "not UTF-8 text")], [])
    cyrillic = "file,artist\n" + "".join(f"{n}.jpg,Кино - Группа крови\n" for n in range(50))
    covers, rejected, _, guesses = read(tmp_path / "m.csv", cyrillic.encode("cp1251") + b"x.jpg,\x98\n")
    assert {cover.artist for cover in covers} == {"Кино - Группа крови"}
    assert (rejected, guesses) == (
        [("52", "not CP1251 text")],
        ["its encoding seems to be CP1251; --encoding says otherwise"],
    )
    lines = json.dumps({"file": "1.jpg", "artist": "Björk"}, ensure_ascii=False).encode() + b'\n{"file": "caf\xe9"}\n'
    [cover], rejected, _, _ = read(tmp_path / "m.jsonl", lines)
    assert (cover.artist, rejected) == ("Björk", [("2", "not UTF-8 text")])


def test_an_encoding_can_be_asked_for(tmp_path: Path) -> None:
    table = "file,artist\n0.jpg,Motörhead\n".encode("mac_roman")
    [cover], _, _, guesses = read(tmp_path / "m.csv", table, encoding="macintosh")
    assert (cover.artist, guesses) == ("Motörhead", [])
    with pytest.raises(SourceError, match="there is no encoding klingon"):
        read(tmp_path / "m.csv", table, encoding="klingon")
    with pytest.raises(SourceError, match="there is no encoding base64"):
        read(tmp_path / "m.csv", table, encoding="base64")
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(SourceError, match="not a table or an archive"):
        open_source(tmp_path / "a.png", encoding="utf-8")


def test_rows_that_say_the_same_of_a_file_again_are_counted(tmp_path: Path) -> None:
    """A table of tracks, each with the cover of its album."""
    table = b"file,artist,album,track\n0.jpg,Ann,One,1\n0.jpg,Ann,One,2\n0.jpg,Ann,Two,3\n"
    covers, rejected, others, _ = read(tmp_path / "m.csv", table)
    assert [(cover.title, cover.extra) for cover in covers] == [("One", {"track": "1"})]
    assert others == {REPEATED_ROWS: 1}
    assert rejected == [("4", "0.jpg is in the table twice, and something else is said of it")]


def test_files_are_found_in_another_case_or_unicode_form_if_only_one_can_be_meant(tmp_path: Path) -> None:
    (tmp_path / unicodedata.normalize("NFD", "Música")).mkdir()
    on_disk = [tmp_path / unicodedata.normalize("NFD", "Música/Début.jpg"), tmp_path / "Two.jpg", tmp_path / "two.JPG"]
    for path in on_disk:
        path.write_bytes(b"")
    table = "file\nmúsica\\DÉBUT.JPG\nTWO.jpg\ntwo.JPG\nnone/a.jpg\n".encode()
    covers, *_ = read(tmp_path / "m.csv", table)
    named = [tmp_path / "TWO.jpg", tmp_path / "two.JPG", tmp_path / "none/a.jpg"]
    assert [cover.path for cover in covers] == [on_disk[0], *named], "two files differ in case only"


def test_a_cell_that_lists_known_genres_with_commas_or_slashes_is_several_and_said_once(tmp_path: Path) -> None:
    genres = ('"Rock, Pop"', "Jazz/Soul", '"Folk, World, & Country"', '"Slow, sad"', "24/7")
    table = "file,genre\n" + "".join(f"{number}.jpg,{genre}\n" for number, genre in enumerate(genres))
    covers, _, _, guesses = read(tmp_path / "m.csv", table)
    assert [cover.genres for cover in covers][:2] == [("rock", "pop"), ("jazz", "soul")]
    assert [cover.genres for cover in covers][3:] == [("Slow, sad",), ("24/7",)]
    assert guesses == ["the genre Rock, Pop is read as rock, pop; a line in genres.tsv says otherwise"]


@pytest.mark.parametrize("written", ["1 999", "1,999", "1.999", "1\u202f999", "1'999"])
def test_a_year_that_a_spreadsheet_wrote_as_a_number_is_read(tmp_path: Path, written: str) -> None:
    [cover], *_ = read(tmp_path / "m.csv", f"file;year\n0.jpg;{written}\n".encode())
    assert cover.year == 1999


@pytest.mark.parametrize(
    ("header", "same"),
    [
        ("File,Genre,Artist,Album,Year", "file genre artist album year"),
        ("artpath,genres,albumartist,album,original_year", "album"),
        ("image_url,Genre,Artist,Title,Released", "genre artist"),
        ("cover,genre,artist-credit,release-title,first-release-date", "genre"),
        ("Datei,Genre,Künstler,Titel,Jahr", "genre"),
        ("Fichier,Genre,Artiste,Titre,Année", "genre"),
        ("Archivo,Género,Artista,Título,Año", ""),
        ("plik,gatunek,wykonawca,tytuł,rok", ""),
        ("файл,жанр,исполнитель,альбом,год", ""),
        ("画像,ジャンル,アーティスト,アルバム,年", ""),
    ],
)
def test_columns_are_recognised(tmp_path: Path, header: str, same: str) -> None:
    [cover], rejected, _, guesses = read(tmp_path / "m.csv", f"{header}\na.jpg,rock,A,B,1977-01-23\n")
    assert (cover.file, cover.genres, cover.artist, cover.title, cover.year) == ("a.jpg", ("rock",), "A", "B", 1977)
    assert (cover.extra, rejected) == ({}, [])
    pairs = zip(header.split(","), ("file", "genre", "artist", "album", "year"), strict=True)
    said = ", ".join(f"`{theirs}` as {ours}" for theirs, ours in pairs if ours not in same)
    assert guesses == ([f"columns are read by their names: {said}; --column says otherwise"] if said else [])


def test_the_name_that_says_most_wins_and_the_rest_is_kept(tmp_path: Path) -> None:
    content = (
        "path,file_name,title,album,year,original_year,Label\n/music/1.flac,a.jpg,So What,Kind of Blue,2011,1959,CBS\n"
    )
    [cover], _, _, _ = read(tmp_path / "m.csv", content)
    assert (cover.file, cover.title, cover.year, cover.genres) == ("a.jpg", "Kind of Blue", 1959, ())
    assert cover.extra == {"path": "/music/1.flac", "title": "So What", "label": "CBS"}
    [cover], _, _, _ = read(tmp_path / "m.jsonl", '{"file_name": "a.jpg", "label": "jazz"}')
    assert cover.genres == ("jazz",), "a data set of pictures and classes"
    [cover], _, _, guesses = read(tmp_path / "m.csv", "Bild,Band\na.jpg,A\n", file="Bild", artist="Band")
    assert (cover.artist, guesses) == ("A", [])


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        ("1999", 1999),
        ("1999.0", 1999),
        ("21/03/1999", 1999),
        ("Mar 1999", 1999),
        ("[1971]", 1971),
        ("1977-00-00", 1977),
        ("03 May 1985", 1985),
        ("NaN", None),
        ("0", None),
        ("?", None),
        ("1977/1999", None),
        ("36220", 1999),
        ("25569.0", 1970),
        ("99999", None),
        ("21/03/99", 1999),
        ("3/21/07", 2007),
        ("Mar-99", 1999),
        ("21.03.30", 1930),
        ("7/12", 2012),
    ],
)
def test_dates_as_spreadsheets_and_discogs_write_them(tmp_path: Path, cell: str, year: int | None) -> None:
    [cover], _, _, guesses = read(tmp_path / "m.csv", f"file,year\na.jpg,{cell}\n")
    assert cover.year == year
    is_short = year is not None and str(year) not in cell
    assert bool(guesses) == is_short


def test_a_guess_is_reported_once(tmp_path: Path) -> None:
    table = "file,artist,year\na.jpg,Motörhead,36220\nb.jpg,Motörhead,21/03/99\nc.jpg,Queensrÿche,36221\n"
    _, _, _, guesses = read(tmp_path / "m.csv", table.encode("cp1252"))
    assert guesses == [
        "its encoding seems to be CP1252; --encoding says otherwise",
        "years are read from short dates or days, such as 1999 from 36220",
    ]


def test_backslashes_part_folders_where_no_file_has_them_in_its_name(tmp_path: Path) -> None:
    for name in ("img/0.jpg", "img/back.jpg", "odd\\name.jpg", "odd/name.jpg", "up.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    files = ["img\\0.jpg", "odd\\name.jpg", "gone\\x.jpg", "C:\\img\\0.jpg", "\\\\nas\\img\\0.jpg", "img\\..\\up.jpg"]
    rows = "".join(f"{file},\n" for file in files[1:])
    covers, _, _, _ = read(tmp_path / "m.csv", f"file,back\n{files[0]},img\\back.jpg\n{rows}")
    assert [str(cover.path.relative_to(tmp_path)) for cover in covers] == [
        *(
            "img/0.jpg",
            "img/back.jpg",
            "odd\\name.jpg",
            "gone\\x.jpg",
            "C:\\img\\0.jpg",
            "\\\\nas\\img\\0.jpg",
            "up.jpg",
        )
    ]
    assert covers[0].file == files[0], "shown as it is written"

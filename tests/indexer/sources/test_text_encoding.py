"""Tables as people have them, in the encodings of their countries: every name is read as it was written."""

from pathlib import Path

import pytest

from db.records import CoverFile
from indexer.old_encodings import OF_TABLES, likely_encoding
from indexer.sources.manifest import ManifestSource
from indexer.sources.spelling import Spellings
from indexer.sources.text_encoding import encoding_of

TABLES = {
    "Japanese": (
        ("宇多田ヒカル", "初恋", "Jポップ"),
        ("坂本龍一", "戦場のメリークリスマス", "サウンドトラック"),
        ("椎名林檎", "無罪モラトリアム", "ロック"),
        ("久石譲", "となりのトトロ", "サウンドトラック"),
        ("スピッツ", "ハチミツ", "ロック"),
        ("山下達郎", "フォー・ユー", "シティポップ"),
    ),
    "Russian": (
        ("Кино", "Группа крови", "рок"),
        ("Аквариум", "Радио Африка", "рок"),
        ("Земфира", "Прости меня моя любовь", "рок"),
        ("Алла Пугачёва", "Зеркало души", "эстрада"),
        ("ДДТ", "Чёрный пёс Петербург", "рок"),
        ("Сплин", "Гранатовый альбом", "рок"),
    ),
    "Ukrainian": (
        ("Океан Ельзи", "Янанебібув", "рок"),
        ("Скрябін", "Танець пінгвіна", "поп"),
        ("Воплі Відоплясова", "Країна мрій", "рок"),
        ("Плач Єремії", "Най буде все як є", "рок"),
        ("Тартак", "Система нервів", "хіп-хоп"),
        ("Бумбокс", "Меломанія", "фанк"),
    ),
    "Chinese": (
        ("王菲", "天空", "流行"),
        ("崔健", "新长征路上的摇滚", "摇滚"),
        ("窦唯", "黑梦", "摇滚"),
        ("朴树", "我去2000年", "民谣"),
        ("许巍", "时光漫步", "摇滚"),
        ("李健", "似水流年", "流行"),
    ),
    "Taiwanese": (
        ("鄧麗君", "淡淡幽情", "流行"),
        ("周杰倫", "葉惠美", "流行"),
        ("張惠妹", "姊妹", "流行"),
        ("羅大佑", "之乎者也", "搖滾"),
        ("蔡依林", "看我七十二變", "流行"),
        ("伍佰", "浪人情歌", "搖滾"),
    ),
    "Korean": (
        ("서태지와 아이들", "하여가", "가요"),
        ("아이유", "꽃갈피", "가요"),
        ("김광석", "다시 부르기", "포크"),
        ("이문세", "붉은 노을", "발라드"),
        ("신중현", "미인", "록"),
        ("장기하와 얼굴들", "별일 없이 산다", "인디"),
    ),
    "Polish": (
        ("Myslovitz", "Miłość w czasach popkultury", "rock"),
        ("Czesław Niemen", "Dziwny jest ten świat", "rock"),
        ("Maanam", "Nocny patrol", "rock"),
        ("Kult", "Tata Kazika", "rock"),
        ("Republika", "Nowe sytuacje", "nowa fala"),
        ("Zbigniew Wodecki", "Zacznij od Bacha i śpiewaj ładnie", "pop"),
        ("Grzegorz Turnau", "Pod światło", "poezja śpiewana"),
    ),
    "Czech": (
        ("Karel Gott", "Včelka Mája", "pop"),
        ("Jiří Suchý", "Písničky", "pop"),
        ("Plastic People of the Universe", "Půlnoční myš", "rock"),
        ("Lucie", "Větší než malé množství lásky", "rock"),
        ("Zuzana Navarová", "Skleněná vrba", "folk"),
        ("Čechomor", "Proměny", "folk"),
    ),
    "Greek": (
        ("Μίκης Θεοδωράκης", "Ζορμπάς", "λαϊκά"),
        ("Μάνος Χατζιδάκις", "Το χαμόγελο της Τζοκόντας", "έντεχνο"),
        ("Χάρις Αλεξίου", "Δι' ευχών", "λαϊκά"),
        ("Βασίλης Παπακωνσταντίνου", "Χαιρετίσματα", "ροκ"),
        ("Γιώργος Νταλάρας", "Μικρά Ασία", "λαϊκά"),
        ("Διονύσης Σαββόπουλος", "Βρώμικο ψωμί", "ροκ"),
    ),
    "Turkish": (
        ("Barış Manço", "Dönence", "rock"),
        ("Sezen Aksu", "Işık Doğudan Yükselir", "pop"),
        ("Tarkan", "Ölürüm Sana", "pop"),
        ("Ajda Pekkan", "Süperstar", "pop"),
        ("Müslüm Gürses", "Aşk Tesadüfleri Sever", "arabesk"),
        ("Şebnem Ferah", "Kadın", "rock"),
    ),
    "German": (
        ("Die Ärzte", "Geräusch", "Rock"),
        ("Fettes Brot", "Außen Top Hits", "Rap"),
        ("Herbert Grönemeyer", "Ö", "Pop"),
        ("Kraftwerk", "Die Mensch-Maschine", "Elektronik"),
        ("Wir sind Helden", "Von hier an blind", "Pop"),
        ("Müllers Band", "Über den Dächern", "Rock"),
    ),
    "French": (
        ("Françoise Hardy", "La Question", "chanson"),
        ("Noir Désir", "Tostaky", "rock"),
        ("Édith Piaf", "La Vie en rose", "chanson"),
        ("Téléphone", "Crache ton venin", "rock"),
        ("Jacques Brel", "Ces gens-là", "chanson"),
        ("Mylène Farmer", "Ainsi soit je…", "pop"),
    ),
    "Icelandic": (
        ("Sigur Rós", "Ágætis byrjun", "rokk"),
        ("Þursaflokkurinn", "Þursabit", "rokk"),
        ("Ásgeir", "Dýrð í dauðaþögn", "popp"),
    ),
    "Spanish": (
        ("Héroes del Silencio", "Senderos de traición", "rock"),
        ("Camarón", "La leyenda del tiempo", "flamenco"),
        ("Niño Josele", "Española", "flamenco"),
    ),
}
ENCODINGS = {
    "Japanese": ("shift_jis", "cp932", "euc_jp"),
    "Russian": ("cp1251", "koi8-r"),
    "Ukrainian": ("cp1251", "koi8-u"),
    "Chinese": ("gb2312", "gbk", "gb18030"),
    "Taiwanese": ("big5",),
    "Korean": ("euc_kr", "cp949"),
    "Polish": ("cp1250", "iso8859-2"),
    "Czech": ("cp1250", "iso8859-2"),
    "Greek": ("cp1253",),
    "Turkish": ("cp1254",),
    "German": ("cp1252",),
    "French": ("cp1252",),
    "Icelandic": ("cp1252",),
    "Spanish": ("cp1252",),
}
"""Of each language, those that tables in it were written in; all of them are read right from two rows on."""

CASES = [(language, encoding) for language, encodings in ENCODINGS.items() for encoding in encodings]


def write_table(path: Path, rows: tuple[tuple[str, str, str], ...], encoding: str) -> Path:
    lines = ["file,artist,album,genre", *(f"covers/{number}.jpg,{','.join(row)}" for number, row in enumerate(rows))]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def read_names(path: Path) -> list[tuple[str | None, str | None, tuple[str, ...]]]:
    as_written = ManifestSource(path, spellings=Spellings({}))
    return [(item.artist, item.title, item.genres) for item in as_written if isinstance(item, CoverFile)]


@pytest.mark.parametrize("count", [2, 3, 6])
@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_names_are_read_as_they_were_written(tmp_path: Path, language: str, encoding: str, count: int) -> None:
    rows = TABLES[language][:count]
    path = write_table(tmp_path / "m.csv", rows, encoding)
    assert read_names(path) == [(artist, album, (genre,)) for artist, album, genre in rows]


@pytest.mark.parametrize(
    ("language", "encoding"), [("Japanese", "cp932"), ("Chinese", "gbk"), ("Taiwanese", "big5"), ("Korean", "cp949")]
)
def test_one_row_of_east_asian_letters_is_enough(language: str, encoding: str) -> None:
    rows = [",".join(row) for row in TABLES[language]]
    found = {row: likely_encoding(row.encode(encoding), OF_TABLES).encoding for row in rows}
    assert {row: row.encode(encoding).decode(name) for row, name in found.items()} == {row: row for row in rows}


@pytest.mark.parametrize("language", TABLES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_never_taken_for_an_older_encoding(tmp_path: Path, language: str, encoding: str) -> None:
    rows = TABLES[language]
    path = write_table(tmp_path / "m.csv", rows, encoding)
    assert encoding_of(path).encoding == encoding
    assert read_names(path) == [(artist, album, (genre,)) for artist, album, genre in rows]


def test_one_name_far_down_is_evidence(tmp_path: Path) -> None:
    plain = tuple((f"Artist {number} {'a' * 500}", f"Album {number}", "rock") for number in range(2100))
    path = write_table(tmp_path / "m.csv", (*plain, *TABLES["Japanese"]), "shift_jis")
    assert path.stat().st_size > 2**20
    assert read_names(path)[-1][:2] == ("山下達郎", "フォー・ユー")


def test_a_large_table_is_looked_at_in_part(tmp_path: Path) -> None:
    """What comes past the evidence is read in the same encoding, also with letters that were not met before."""
    rows = TABLES["Polish"] * 1000
    path = write_table(tmp_path / "m.csv", rows, "cp1250")
    assert encoding_of(path).encoding == "cp1250"
    assert read_names(path)[-1][1] == "Pod światło"


def test_a_line_that_never_ends_is_looked_at_in_part(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes("рок ".encode("cp1251") * 500_000)
    assert encoding_of(tmp_path / "m.csv").encoding == "cp1251"

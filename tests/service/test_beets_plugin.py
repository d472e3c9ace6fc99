"""The plugin in a real beets that imports real tagged files."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command_home import CommandHome
from tests.factories import write_cover
from tests.forked import SLEEVE
from tests.indexer.images.audio.recordings import write_track

PLUGIN = Path(__file__).parents[2] / "service" / "beets" / "beetsplug"

CONFIG = """\
directory: {folder}/library
library: {folder}/library.db
pluginpath: {plugin}
plugins: sleeve fetchart
import: {{quiet: yes, autotag: no, copy: yes}}
fetchart: {{sources: filesystem, cover_names: front cover}}
sleeve: {{command: {command}, count: 2}}
"""


@dataclass
class Beets:
    """A beets with a library of its own and the home of a Sleeve."""

    home: CommandHome

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**self.home.environment, "BEETSDIR": str(self.home.folder)}
        command = [sys.executable, "-W", "ignore", "-m", "beets", *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=True, stdin=subprocess.DEVNULL
        )

    def configure(self, command: object) -> None:
        config = CONFIG.format(folder=self.home.folder, plugin=PLUGIN, command=command)
        (self.home.folder / "config.yaml").write_text(config)


@pytest.fixture
def beet(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> Beets:
    beets = Beets(make_home(tmp_path, "sqlite"))
    beets.configure(SLEEVE)
    return beets


def write_music(folder: Path) -> None:
    for number, (title, genre) in enumerate({"Blue": "Jazz", "Grün": "Jazz", "Red": "Punk"}.items()):
        artist = f"Artist {number}"
        for track in (1, 2):
            path = folder / title / f"{track}.flac"
            write_track(path, album=title, artist=artist, album_artist=artist, date="1970", genres=[genre])
        write_cover(folder / title / "cover.png", number)


@pytest.mark.slow
def test_from_an_import_to_answers(beet: Beets, tmp_path: Path) -> None:
    write_music(tmp_path / "new")
    beet("import", str(tmp_path / "new"))
    home = beet.home
    albums = {one["title"]: one for one in home.json("find", "artist")["albums"]}
    assert {title: (one["genres"], one["year"]) for title, one in albums.items()} == {
        "Blue": (["jazz"], 1970),
        "Grün": (["jazz"], 1970),
        "Red": (["punk"], 1970),
    }
    assert home.json("status")["pending"] == 0

    shown = beet("similar", "album:Blue").stdout.splitlines()
    assert shown[0] == "Artist 0 - Blue:"
    ranked = home.json("similar", "--album", albums["Blue"]["id"])["neighbours"]
    assert shown[1:] == [f"  {one['similarity']:.3f}  {one['artist']} - {one['title']} (1970)" for one in ranked]

    art = tmp_path / "library" / "Artist 2" / "Red" / "cover.png"
    [document] = home.json("classify", art)
    likeliest = document["genres"][0]
    told = beet("sleevegenre", "--store", "album:Red").stdout
    assert told.startswith(f"Artist 2 - Red: {likeliest['genre']} {likeliest['probability']:.2f}")
    stored = beet("ls", "-a", "-f", "$sleeve_genre $sleeve_probability", "album:Red").stdout.split()
    assert stored[0] == likeliest["genre"]
    assert float(stored[1]) == pytest.approx(likeliest["probability"])

    # New art in place of the old: the same cover of the same album, with new content.
    art.unlink()
    write_cover(art.with_name("front.png"), 77)
    beet("fetchart", "album:Red")
    assert art.read_bytes() == write_cover(tmp_path / "x.png", 77).read_bytes()
    after = {one["title"]: one for one in home.json("find", "artist")["albums"]}
    assert after["Red"]["id"] == albums["Red"]["id"]
    [cover] = after["Red"]["covers"]
    assert cover["content_hash"] != albums["Red"]["covers"][0]["content_hash"]


@pytest.mark.slow
def test_an_import_goes_on_without_sleeve(beet: Beets, tmp_path: Path) -> None:
    beet.configure("/no/such/sleeve")
    write_music(tmp_path / "new")
    told = beet("import", str(tmp_path / "new"))
    assert "/no/such/sleeve cannot be run" in told.stderr
    assert len(beet("ls", "-a").stdout.splitlines()) == 3
    with pytest.raises(subprocess.CalledProcessError) as failed:
        beet("similar", "album:Blue")
    assert "/no/such/sleeve cannot be run" in failed.value.stderr
    assert "Traceback" not in failed.value.stderr

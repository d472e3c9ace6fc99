"""The tracks of albums become playlists: of files on this machine, or on the music server that the albums are of."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from db.database import Database
from indexer.home import Home
from indexer.jobs.add import add
from indexer.jobs.add_from_server import add_from_server
from indexer.jobs.make_playlist import make_playlist
from indexer.jobs.write_playlist import Playlist, write_playlist
from indexer.progress import Silent
from indexer.sources import GenreFrom, open_source
from indexer.sources.subsonic import Client, Credentials, ServerAddress
from sleeve.errors import NotFoundError, OutputError, SourceError
from sleeve.vocabulary import AlbumId
from tests.factories import home_at, write_cover
from tests.indexer.images.audio.recordings import write_track
from tests.indexer.sources.subsonic.stand_in import PASSWORD, USER, StandIn, says, serving

ALBUMS = list(map(AlbumId, (3, 1, 2, 4)))


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Home:
    return home_at(tmp_path / "home", database)


def add_music(home: Home, music: Path) -> list[list[Path]]:
    """Four albums, by id: art in a file, art in a track, two discs, and no music."""
    picture = [(3, write_cover(music.parent / "one.png", 1).read_bytes())]
    one = [write_track(music / "A" / f"{n}.flac", album="One", artist="A") for n in (1, 2)]
    write_cover(music / "A" / "cover.png", 11)
    two = [write_track(music / "B" / f"{n}.mp3", album="Two", artist="B", pictures=picture) for n in (1, 2)]
    discs = [
        write_track(music / "C" / f"CD{disc}" / f"{n}.flac", album="Three", artist="C")
        for disc in (1, 2)
        for n in (1, 2)
    ]
    write_cover(music / "C" / "CD1" / "folder.png", 13)
    write_cover(music.parent / "covers" / "jazz" / "four.png", 14)
    add(home, Silent(), [open_source(music, GenreFrom.TAGS)])
    add(home, Silent(), [open_source(music.parent / "covers")])
    return [one, two, discs, []]


def test_a_playlist_of_files(home: Home, tmp_path: Path) -> None:
    one, two, three, _ = add_music(home, tmp_path / "Música")
    file = tmp_path / "like.m3u8"
    assert write_playlist(home, Silent(), ALBUMS, file) == Playlist(tracks=8, albums=3, left_out=1)
    assert file.read_text(encoding="utf-8") == "\n".join(["#EXTM3U", *map(str, [*three, *one, *two]), ""])


def test_a_track_whose_name_cannot_be_a_line_is_counted(home: Home, tmp_path: Path) -> None:
    one, two, three, _ = add_music(home, tmp_path / "music")
    for track, name in ((one[0], "a\nb.flac"), (one[1], "wide\u3000space.flac"), (three[0], "b\u2028.flac")):
        track.rename(track.with_name(name))
    file = tmp_path / "like.m3u8"
    assert write_playlist(home, Silent(), ALBUMS, file) == Playlist(tracks=6, albums=3, left_out=1, unwritable=2)
    written = file.read_text(encoding="utf-8").splitlines()
    assert sorted(written[1:]) == sorted(map(str, [one[1].with_name("wide\u3000space.flac"), *two, *three[1:]]))
    one[1].with_name("wide\u3000space.flac").unlink()
    with pytest.raises(NotFoundError, match=r"the names of their tracks \(1\) have line breaks"):
        write_playlist(home, Silent(), [ALBUMS[1]], tmp_path / "none.m3u8")


def test_what_is_there_stays(home: Home, tmp_path: Path) -> None:
    add_music(home, tmp_path / "music")
    file = tmp_path / "like.m3u8"
    file.write_text("mine")
    with pytest.raises(OutputError, match="is there already"):
        write_playlist(home, Silent(), ALBUMS, file)
    assert file.read_text() == "mine"
    with pytest.raises(OutputError, match="cannot be written"):
        write_playlist(home, Silent(), ALBUMS, tmp_path / "no folder" / "like.m3u8")


def test_without_tracks_there_is_no_playlist(home: Home, tmp_path: Path) -> None:
    add_music(home, tmp_path / "music")
    file = tmp_path / "like.m3u8"
    for albums in (ALBUMS[3:], []):
        with pytest.raises(NotFoundError, match="none of these albums has music files here"):
            write_playlist(home, Silent(), albums, file)
    assert not file.exists()


def songs_of(server: StandIn, *numbers: int) -> None:
    for number in numbers:
        songs = [{"id": f"song-{number}-{track}"} for track in (1, 2)]
        server.faults[f"al-{number}"] = lambda songs=songs: says({"album": {"song": songs}})  # type: ignore[misc]


def test_a_playlist_on_the_server(home: Home, tmp_path: Path) -> None:
    with serving() as server:
        client = Client(ServerAddress.of(server.address), Credentials(USER, SecretStr(PASSWORD)))
        server.have(1, 2, 3)
        add_from_server(home, Silent(), client)
        write_cover(tmp_path / "covers" / "jazz" / "four.png", 14)
        add(home, Silent(), [open_source(tmp_path / "covers")])
        songs_of(server, 1, 3)
        server.faults["createPlaylist"] = lambda: says({})
        # Album 2 is not on the server any more, and album 4 never was.
        assert make_playlist(home, Silent(), client, ALBUMS, "Looks like X") == Playlist(4, 2, 2)
        [form] = server.of("createPlaylist")
        assert form["name"] == ["Looks like X"]
        assert form["songId"] == ["song-3-1", "song-3-2", "song-1-1", "song-1-2"]
        with pytest.raises(NotFoundError, match="none of these albums was added from"):
            make_playlist(home, Silent(), client, ALBUMS[3:], "X")
        with pytest.raises(NotFoundError, match="does not have these albums any more"):
            make_playlist(home, Silent(), client, [AlbumId(2)], "X")
        server.faults["createPlaylist"] = lambda: says({"error": {"code": 50, "message": "not allowed"}}, "failed")
        with pytest.raises(SourceError, match=r"not allowed \(error 50\)"):
            make_playlist(home, Silent(), client, ALBUMS, "X")

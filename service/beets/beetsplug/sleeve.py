"""A plugin of beets: asks Sleeve with the art of albums, and gives it art that is new or has changed.

It needs nothing of Sleeve but its command line, which may be in another environment: see docs/beets.md.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from beets.exceptions import UserError
from beets.library import Album, Library
from beets.plugins import BeetsPlugin
from beets.ui import Subcommand, print_

SHOWN_GENRES = 3

AT_ONCE = 100
"""Pictures, or folders, on one command line, which may not be of any length."""


class SleevePlugin(BeetsPlugin):
    """Configured below ``sleeve:``: ``command`` is Sleeve's, ``auto`` says whether new art goes to it, ``count`` how
    many albums ``beet similar`` shows of each."""

    def __init__(self) -> None:
        super().__init__()
        self.config.add({"command": "sleeve", "auto": True, "count": 10})
        self._changed: dict[str, None] = {}
        if self.config["auto"].get(bool):
            self.register_listener("album_imported", self._imported)
            self.register_listener("art_set", self._note)
            self.register_listener("cli_exit", self._add_changed)

    def commands(self) -> list[Subcommand]:
        """The commands of the plugin."""
        similar = Subcommand("similar", help="show the albums whose covers look like those of these albums")
        similar.func = self._show_similar
        genre = Subcommand("sleevegenre", help="show what genre the covers of these albums look like")
        genre.parser.add_option(
            "-s", "--store", action="store_true", help="keep it as `sleeve_genre` and `sleeve_probability` of the album"
        )
        genre.func = self._show_genres
        return [similar, genre]

    def _show_similar(self, lib: Library, _options: Any, words: list[str]) -> None:
        for art, album in self._with_art(lib, words).items():
            document = json.loads(self._sleeve("similar", art, "--json", "-k", str(self.config["count"].get(int) + 1)))
            verdict = document["verdict"] or {}
            itself = (verdict.get("album") or {}).get("album_id") if verdict.get("answer") == "found" else None
            print_(f"{album}:")
            others = [one for one in document["neighbours"] if one["album_id"] != itself]
            for one in others[: self.config["count"].get(int)]:
                named = " - ".join(name for name in (one["artist"], one["title"]) if name) or one["file"]
                print_(f"  {one['similarity']:.3f}  {named}" + (f" ({one['year']})" if one["year"] else ""))

    def _show_genres(self, lib: Library, options: Any, words: list[str]) -> None:
        albums = self._with_art(lib, words)
        pictures = list(albums)
        for start in range(0, len(pictures), AT_ONCE):
            asked = pictures[start : start + AT_ONCE]
            for document in json.loads(self._sleeve("classify", *asked, "--json")):
                self._show_genre(albums[document["file"]], document["genres"], options.store)

    def _show_genre(self, album: Album, genres: list[dict[str, Any]], store: bool) -> None:
        said = [f"{one['genre']} {one['probability']:.2f}" for one in genres[:SHOWN_GENRES]]
        print_(f"{album}: {', '.join(said) or 'no genre is known'}")
        if store and genres:
            album["sleeve_genre"], album["sleeve_probability"] = genres[0]["genre"], genres[0]["probability"]
            album.store()

    def _with_art(self, lib: Library, words: list[str]) -> dict[str, Album]:
        """The albums that a query finds, by the path of their art; those without art are named."""
        found: dict[str, Album] = {}
        for album in lib.albums(words):
            art = os.fsdecode(album.artpath or b"")
            if art and Path(art).is_file():
                found[art] = album
            else:
                print_(f"{album}: no art")
        return found

    def _imported(self, lib: Library, album: Album) -> None:
        self._note(album)

    def _note(self, album: Album) -> None:
        if album.artpath:
            self._changed[os.fsdecode(album.item_dir())] = None

    def _add_changed(self, lib: Library) -> None:
        """Give the folders with new art to Sleeve, all at once; what goes wrong there ends nothing here."""
        folders, self._changed = list(self._changed), {}
        if not folders:
            return
        try:
            for start in range(0, len(folders), AT_ONCE):
                self._sleeve("add", *folders[start : start + AT_ONCE], "--genre-from", "tags")
            self._sleeve("index")
        except UserError as error:
            self._log.warning("{}", error)

    def _sleeve(self, *arguments: str) -> str:
        """What a command of Sleeve answers.

        Raises:
            UserError: it is not there, or it fails; the text is its last line.
        """
        command = [self.config["command"].get(str), *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        except OSError as error:
            raise UserError(f"{command[0]} cannot be run ({error.strerror}); set `command` below `sleeve:`") from error
        if done.returncode and not done.stdout.strip():
            raise UserError((done.stderr.strip().splitlines() or ["sleeve failed"])[-1])
        for line in done.stderr.splitlines():
            (self._log.warning if line.startswith("rejected ") else self._log.debug)("{}", line)
        return done.stdout

"""Tags in an old encoding: ID3 and RIFF INFO that say Latin-1 often hold the code page of whoever wrote them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from db.records import Guess
from indexer.images.audio.tags import Tags
from indexer.old_encodings import likely_encoding_of_tags
from indexer.sources.track_albums import Track

_EVIDENCE_BYTES = 2**16
_LATIN = "cp1252"


def respelled(tracks: Iterable[Track]) -> tuple[list[Track], list[Guess]]:
    """The tracks with such texts as their letters say, all of a folder in one encoding; and what was guessed."""
    by_folder: dict[Path, list[Track]] = defaultdict(list)
    for track in tracks:
        by_folder[track.path.parent].append(track)
    found: list[Track] = []
    guessed: dict[str, list[Path]] = defaultdict(list)
    for folder, together in by_folder.items():
        encoding = _encoding(together)
        if encoding not in {None, _LATIN}:
            guessed[encoding or ""].append(folder)
        found += [replace(track, tags=_respell(track.tags, encoding)) if encoding else track for track in together]
    return found, [_guess(encoding, folders) for encoding, folders in guessed.items()]


def _encoding(tracks: Sequence[Track]) -> str | None:
    texts = dict.fromkeys(text for track in tracks for text in sorted(track.tags.in_latin1))
    evidence = "\n".join(texts).encode("latin-1", errors="ignore")[:_EVIDENCE_BYTES]
    return likely_encoding_of_tags(evidence) if evidence else None


def _guess(encoding: str, folders: Sequence[Path]) -> Guess:
    more = f" and {len(folders) - 1} more folders" if len(folders) > 1 else ""
    return Guess(f"the tags in {folders[0]}{more} seem to be in {encoding.upper()}")


def _respell(tags: Tags, encoding: str) -> Tags:
    def meant(text: str | None) -> str | None:
        if not text or not any(written in text for written in tags.in_latin1):
            return text
        try:
            return text.encode("latin-1").decode(encoding, errors="replace")
        except UnicodeEncodeError:
            return text

    return replace(
        tags,
        album=meant(tags.album),
        artist=meant(tags.artist),
        album_artist=meant(tags.album_artist),
        title=meant(tags.title),
        genres=tuple(meant(genre) or "" for genre in tags.genres),
    )

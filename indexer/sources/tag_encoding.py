"""Tags in an old encoding: ID3 and RIFF INFO that say Latin-1 often hold the code page of whoever wrote them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from db.records import Guess
from indexer.images.audio.tags import Tags
from indexer.old_encodings import OF_TAGS, Likely, likely_encoding
from indexer.sources.track_albums import Track

_EVIDENCE_BYTES = 2**16
_LATIN = "cp1252"


def respelled(tracks: Iterable[Track], encoding: str | None = None) -> tuple[list[Track], list[Guess]]:
    """The tracks with such texts in an encoding, or as their letters say (a folder in one); and what was guessed."""
    by_folder: dict[Path, list[Track]] = defaultdict(list)
    for track in tracks:
        by_folder[track.path.parent].append(track)
    found: list[Track] = []
    guessed: dict[Likely, list[Path]] = defaultdict(list)
    for folder, together in by_folder.items():
        likely = Likely(encoding) if encoding else _likely(together)
        if likely and not encoding and _is_worth_saying(likely, together):
            guessed[likely].append(folder)
        found += [replace(track, tags=_respell(track.tags, likely.encoding)) if likely else track for track in together]
    return found, [_guess(likely, folders) for likely, folders in guessed.items()]


def _evidence(tracks: Sequence[Track]) -> bytes:
    texts = dict.fromkeys(text for track in tracks for text in sorted(track.tags.in_latin1))
    return "\n".join(texts).encode("latin-1", errors="ignore")[:_EVIDENCE_BYTES]


def _likely(tracks: Sequence[Track]) -> Likely | None:
    evidence = _evidence(tracks)
    return likely_encoding(evidence, OF_TAGS) if evidence else None


def _is_worth_saying(likely: Likely, tracks: Sequence[Track]) -> bool:
    """Whether the tags are read otherwise than they say, or might be."""
    evidence = _evidence(tracks)
    as_said, as_read = (evidence.decode(name, errors="replace") for name in (_LATIN, likely.encoding))
    return likely.rival is not None or as_read != as_said


def _guess(likely: Likely, folders: Sequence[Path]) -> Guess:
    more = f" and {len(folders) - 1} more folders" if len(folders) > 1 else ""
    return Guess(f"the tags in {folders[0]}{more} seem to be in {likely}; --encoding says otherwise")


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

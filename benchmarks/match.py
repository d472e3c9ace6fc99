"""`sleeve match`, as a person runs it: what it costs next to indexing, and how often its verdicts are right.

    python -m benchmarks.match COVERS.csv PAIRS.csv FOLDER [--queries 100]

COVERS.csv has the columns ``file`` and ``split_group``; PAIRS.csv, in the same folder, ``file`` and ``duplicate_of``, a
file of COVERS.csv. In FOLDER, a home is made that holds half of the groups, unless it is there already; its covers are
not read. Then the command matches, each time into a table:

- the covers of the other half, as another catalogue: none of them is there, as far as the groups know;
- the covers of the home itself, as another catalogue: all of them are there;
- the other pressings and crops of PAIRS.csv, of both halves;
- pictures of a fixed draw of covers that the model was not trained on, ``--queries`` of each half: scans, photos
  (``indexer/training/photographs.py``), the same with a hand, and every kind of distortion.

A verdict is right if it names an album of the cover's own group, or if none is there and it names none. What is named
wrongly is written to FOLDER/named.csv for a look by eye: a catalogue holds duplicates that nobody has noted. Intervals
are Wilson's, of 95 %. Times are of the processor.
"""

import argparse
import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from math import sqrt
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.adding import COMMAND
from indexer.evaluation.labelled_catalogue import unseen_by
from indexer.home import open_home
from indexer.training.changed_views import DISTORTED_SIDE_PX
from indexer.training.distortions import KINDS, distort
from indexer.training.photographs import photograph
from service.answers.records import Match
from sleeve.settings import Settings
from sleeve.vocabulary import ContentHash

SEED = 0
NAMED = frozenset({Match.SAME_ARTWORK, Match.PRESSING})

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Covers:
    """Files, each with its group, and the groups that the home holds."""

    group_of: Mapping[str, str]
    held: frozenset[str]

    def is_there(self, file: str) -> bool:
        return self.group_of[file] in self.held


def main() -> None:
    """Make the home, match, and print."""
    arguments = _arguments()
    arguments.folder.mkdir(exist_ok=True)
    covers = _covers(arguments.covers)
    here, elsewhere = (_written(arguments.folder / f"{name}.csv", files) for name, files in _halves(covers).items())
    home = arguments.folder / "home"
    if not home.exists():
        _print_cost("add and index", _sleeve(home, "add", here) + _sleeve(home, "index"), _count(here))
    _Named.file = arguments.folder / "named.csv"
    _Named.file.unlink(missing_ok=True)
    print(f"{'':34}{'there':>6} {'album right':>22}   {'not there':>9} {'named':>22} {'same artwork':>22}")
    table = arguments.folder / "matched.csv"
    _print_cost("match the other half", _match(home, elsewhere, table), _count(elsewhere))
    _print("covers of the other half", _Named.of(table, covers, {file: file for file in covers.group_of}))
    _print_cost("match the home's own half", _match(home, here, table), _count(here))
    _print("covers of the home", _Named.of(table, covers, {file: file for file in covers.group_of}))
    pairs = _pairs(arguments.pairs)
    copies = _written(arguments.folder / "copies.csv", pairs)
    _print_cost("match other pressings", _match(home, copies, table), len(pairs))
    _print("other pressings and crops", _Named.of(table, covers, pairs))
    drawn = list(_drawn(home, covers, arguments.queries))
    of_kind: dict[str, list[_Named]] = {}
    for kind, make in _KINDS.items():
        pictures = arguments.folder / kind.replace(" ", "-")
        shown = _make_pictures(pictures, drawn, make)
        cost = _match(home, pictures, table, "--photos")
        of_kind[kind] = _Named.of(table, covers, shown)
        _print(kind, of_kind[kind])
        _print_cost("", cost, len(drawn))
    _print("all of these photos", [one for some in of_kind.values() for one in some])


@dataclass(frozen=True, slots=True)
class _Cost:
    """Seconds of the processor, and the most memory, of a command."""

    seconds: float
    peak_mib: float

    def __add__(self, other: "_Cost") -> "_Cost":
        return _Cost(self.seconds + other.seconds, max(self.peak_mib, other.peak_mib))


@dataclass(frozen=True, slots=True)
class _Named:
    """What was said of one picture.

    Attributes:
        is_there: whether the catalogue holds its group.
        is_right: whether an album of that group was named.
    """

    verdict: str
    is_there: bool
    is_right: bool

    file = Path()

    @classmethod
    def of(cls, table: Path, covers: _Covers, shown: Mapping[str, str]) -> "list[_Named]":
        found = []
        with table.open(encoding="utf-8-sig", newline="") as file, cls.file.open("a", newline="") as wrong:
            for row in csv.DictReader(file):
                cover = shown[row["file"]]
                names = row["verdict"] in NAMED
                right = names and covers.group_of[row["cover_file"]] == covers.group_of[cover]
                if names and not right:
                    csv.writer(wrong).writerow([row["file"], cover, row["cover_file"], row["verdict"], row["points"]])
                found.append(cls(row["verdict"], covers.is_there(cover), right))
        return found


def _print(name: str, found: Sequence[_Named]) -> None:
    there = [one for one in found if one.is_there]
    strange = [one for one in found if not one.is_there]
    right = _share(sum(one.is_right for one in there), len(there))
    named = _share(sum(one.verdict in NAMED for one in strange), len(strange))
    same = _share(sum(one.verdict == Match.SAME_ARTWORK for one in strange), len(strange))
    print(f"{name:34}{len(there):6} {right:>22}   {len(strange):9} {named:>22} {same:>22}", flush=True)
    verdicts = [one.is_right if one.is_there else one.verdict not in NAMED for one in found]
    print(f"{'':34}verdicts right {_share(sum(verdicts), len(verdicts))}", flush=True)


def _share(count: int, total: int) -> str:
    """A share with Wilson's interval (1927), 95 %."""
    if not total:
        return "-"
    z, share = 1.959964, count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{share:.3f} ({max(0.0, middle - half):.3f}-{min(1.0, middle + half):.3f})"


def _print_cost(name: str, cost: _Cost, count: int) -> None:
    each_ms = 1000 * cost.seconds / count
    print(f"{name:34}{cost.seconds:.1f} s for {count}: {each_ms:.1f} ms each, {cost.peak_mib:.0f} MiB", flush=True)


def _match(home: Path, source: Path, table: Path, *options: str) -> _Cost:
    table.unlink(missing_ok=True)
    return _sleeve(home, "match", source, "-o", table, *options)


def _sleeve(home: Path, *arguments: object) -> _Cost:
    """Run a command; pictures that it rejects do not matter."""
    if sys.platform == "win32":
        raise SystemExit("the memory of one command is measured as Unix does")
    environment = {**os.environ, "SLEEVE_HOME": str(home)}
    command = [sys.executable, "-c", COMMAND, *map(str, arguments)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise SystemExit(f"{' '.join(command[2:])}: exit code {process.returncode}")
    return _Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _covers(table: Path) -> _Covers:
    group_of = {str(table.parent.absolute() / row["file"]): row["split_group"] for row in _rows(table)}
    held = frozenset(group for group in set(group_of.values()) if sha256(group.encode()).digest()[-1] % 2 == 0)
    return _Covers(group_of, held)


def _halves(covers: _Covers) -> dict[str, list[str]]:
    return {
        "here": [file for file in covers.group_of if covers.is_there(file)],
        "elsewhere": [file for file in covers.group_of if not covers.is_there(file)],
    }


def _pairs(table: Path) -> dict[str, str]:
    folder = table.parent.absolute()
    return {str(folder / row["file"]): str(folder / row["duplicate_of"]) for row in _rows(table)}


def _drawn(home: Path, covers: _Covers, queries: int) -> Iterator[str]:
    """Files of covers that the model was not trained on, so many of each half."""
    files = list(covers.group_of)
    with open_home(Settings(home=home, _env_file=None)) as opened:
        unseen = unseen_by(
            opened.bundle(), [ContentHash(sha256(Path(file).read_bytes()).hexdigest()) for file in files]
        )
    order = np.random.default_rng(SEED).permutation(np.flatnonzero(unseen)).tolist()
    for is_there in (True, False):
        yield from [files[at] for at in order if covers.is_there(files[at]) == is_there][:queries]


def _photo(file: str, *, hand: bool) -> Image.Image:
    with Image.open(file) as cover:
        return photograph(cover.convert("RGB"), Path(file).name, hand=hand).image


def _distorted(file: str, kind: str) -> Image.Image:
    with Image.open(file) as cover:
        square = cover.convert("RGB").resize((DISTORTED_SIDE_PX, DISTORTED_SIDE_PX), Image.Resampling.BICUBIC)
    return distort(square, kind, Path(file).name)


_KINDS: dict[str, Callable[[str], Image.Image]] = {
    "a photo": partial(_photo, hand=False),
    "a photo with a hand": partial(_photo, hand=True),
    **{kind: partial(_distorted, kind=kind) for kind in KINDS},
}


def _make_pictures(folder: Path, files: Iterable[str], make: Callable[[str], Image.Image]) -> dict[str, str]:
    """Write a picture of each cover; returns the cover that each picture shows."""
    folder.mkdir(exist_ok=True)
    shown = {}
    for file in files:
        picture = folder / f"{Path(file).stem}.jpg"
        shown[str(picture)] = file
        if not picture.exists():
            make(file).save(picture, "JPEG", quality=95)
    return shown


def _written(path: Path, files: Iterable[str]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["file"], *([one] for one in files)])
    return path


def _count(table: Path) -> int:
    return len(_rows(table))


def _rows(table: Path) -> list[Row]:
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("covers", "pairs", "folder"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--queries", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    main()

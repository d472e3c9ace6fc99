"""The report's folder: the page, each figure with its data, the lists, the vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from indexer.progress import Progress
from indexer.report.own_files import require_own, write_files
from indexer.report.place import PAGE
from indexer.report.plates import Plate, embedded, rendered, style
from indexer.report.sections import Section, sections
from indexer.report.study import Study
from indexer.report.tables import csv_text, lists
from sleeve.errors import OutputError

MAX_PAGE_BYTES = 15_000_000
"""Figures and covers on the page are bounded in number and size, so that it stays below with any catalogue."""


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """What was written."""

    page: Path
    page_bytes: int
    figures: tuple[str, ...]
    suspects: int


def write_report(study: Study, folder: Path, progress: Progress) -> WrittenReport:
    """Write everything; what a report wrote into the folder before is replaced, other files stay.

    Raises:
        OutputError: the folder cannot be written, or a file in the way is not a report's.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write(study, folder, progress)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}; choose another with -o") from error


def check_folder(folder: Path) -> None:
    """Whether a report may be written into a folder, as far as that can be known before there is one.

    Raises:
        OutputError: a file in the way is not a report's, or the folder cannot be read.
    """
    try:
        require_own(folder, (PAGE, "vectors.npz"))
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}; choose another with -o") from error


def _write(study: Study, folder: Path, progress: Progress) -> WrittenReport:
    with style():
        progress.start("Drawing figures", 1)
        found = list(sections(study))
        progress.advance(1)
        plates = [part for section in found for part in section.parts if isinstance(part, Plate)]
        progress.start("Writing figures", len(plates))
        uris: dict[str, str] = {}
        contents: dict[str, bytes] = {}
        for plate in plates:
            data = rendered(plate)
            contents[f"{plate.name}{plate.ending}"] = data
            contents[f"{plate.name}.csv"] = csv_text(plate.columns, plate.rows).encode()
            uris[plate.name] = embedded(plate, data)
            progress.advance(1)
    for name, text in (*lists(study), ("conflicts.csv", _conflicts(study))):
        contents[name] = text.encode()
    if study.evaluation is not None:
        contents["evaluation.json"] = (study.evaluation.model_dump_json(indent=2) + "\n").encode()
    contents["vectors.npz"] = _vectors(study)
    contents[PAGE] = _page(study, found, uris).encode()
    write_files(folder, contents)
    return WrittenReport(folder / PAGE, len(contents[PAGE]), tuple(plate.name for plate in plates), len(study.suspects))


def _page(study: Study, found: Sequence[Section], uris: dict[str, str]) -> str:
    environment = Environment(
        loader=PackageLoader("indexer.report", "."),
        autoescape=select_autoescape(("html", "j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    facts = study.material.facts
    return environment.get_template("page.html.j2").render(
        title="What the covers say",
        subtitle=f"A report on {facts.covers:,} covers, {len(facts.genres)} genres and the bundle "
        f"{study.material.live.name}, seed {study.seed}. The data of each figure is next to this page as CSV, the "
        "vectors as vectors.npz, the models' measures as evaluation.json.",
        sections=[
            {
                "name": section.name,
                "title": section.title,
                "paragraphs": section.paragraphs,
                "parts": [_part(part, uris) for part in section.parts],
            }
            for section in found
        ],
    )


def _part(part: object, uris: dict[str, str]) -> dict[str, object]:
    if not isinstance(part, Plate):
        return {"kind": "gallery", "gallery": part}
    return {
        "kind": "plate",
        "name": part.name,
        "title": part.title,
        "caption": part.caption,
        "uri": uris[part.name],
        "file": f"{part.name}{part.ending}",
        "data": f"{part.name}.csv",
    }


def _conflicts(study: Study) -> str:
    rows = [
        (found.kind, found.files[0], found.files[1], "; ".join(found.genres[0]), "; ".join(found.genres[1]))
        for found in study.material.facts.conflicts
    ]
    return csv_text(("kind", "file", "other_file", "genres", "other_genres"), rows)


def _vectors(study: Study) -> bytes:
    """What the measures were computed from, one row for each measured cover, so that anyone can compute them again."""
    material = study.material
    columns: dict[str, Any] = {
        "live": material.live.vectors.astype(np.float16),
        "new_to_live": material.live.unseen,
        "targets": material.targets,
        "genres": np.array(material.genres),
        "groups": material.groups,
        "cover_ids": np.array([cover.cover_id for cover in material.covers], dtype=np.int64),
        "album_ids": np.array([cover.album_id for cover in material.covers], dtype=np.int64),
    }
    if material.frozen is not None:
        columns["frozen"] = material.frozen.vectors.astype(np.float16)
    buffer = BytesIO()
    np.savez_compressed(buffer, **columns)
    return buffer.getvalue()

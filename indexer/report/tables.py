"""The CSV files that go with the page."""

import csv
import shlex
from collections.abc import Iterator, Sequence
from io import StringIO

from indexer.report.plates import Cell
from indexer.report.study import Study

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """A table; a text that a spreadsheet would run as a formula is put behind an apostrophe."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def lists(study: Study) -> Iterator[tuple[str, str]]:
    """The tables that no figure shows: name of the file, and its text."""
    covers, material = study.material.covers, study.material
    yield (
        "label-suspects.csv",
        csv_text(
            (
                "album_id",
                "cover_id",
                "file",
                "genres",
                "suspect",
                "suggested",
                "suspect_probability",
                "suggested_probability",
                "judged_by",
                "mend",
            ),
            [
                (
                    covers[found.row].album_id,
                    covers[found.row].cover_id,
                    covers[found.row].file,
                    "; ".join(covers[found.row].genres),
                    found.suspect.given,
                    found.suspect.suggested,
                    found.suspect.given_probability,
                    found.suspect.suggested_probability,
                    found.model,
                    f"sleeve relabel --album {covers[found.row].album_id} --genre "
                    f"{shlex.quote(found.suspect.suggested)}",
                )
                for found in study.suspects
            ],
        ),
    )
    of_data = [covers[row] for row in material.labelled.tolist()]
    yield (
        "top-losses.csv",
        csv_text(
            (
                "album_id",
                "cover_id",
                "file",
                "genres",
                "predicted",
                "probability",
                "loss_nats",
                "neighbour_albums",
                "similarities",
            ),
            [
                (
                    of_data[found.row].album_id,
                    of_data[found.row].cover_id,
                    of_data[found.row].file,
                    "; ".join(of_data[found.row].genres),
                    found.predicted,
                    found.probability,
                    found.loss,
                    " ".join(str(of_data[row].album_id) for row in found.neighbours),
                    " ".join(f"{similarity:.4f}" for similarity in found.similarities),
                )
                for found in study.mistakes
            ],
        ),
    )
    if study.spoken is not None and study.spoken.disagreements.worst:
        yield (
            "disagreements.csv",
            csv_text(
                (
                    "album_id",
                    "cover_id",
                    "file",
                    "genres",
                    "picture",
                    "picture_probability",
                    "text",
                    "text_probability",
                ),
                [
                    (
                        of_data[found.row].album_id,
                        of_data[found.row].cover_id,
                        of_data[found.row].file,
                        "; ".join(of_data[found.row].genres),
                        found.picture,
                        found.picture_probability,
                        found.text,
                        found.text_probability,
                    )
                    for found in study.spoken.disagreements.worst
                ],
            ),
        )
    for number, clustered in enumerate(study.clustered, start=1):
        data = clustered.view.data
        yield (
            f"clusters-{number}.csv",
            csv_text(
                ("cover_id", "album_id", "genre", "cluster"),
                [
                    (covers[row].cover_id, covers[row].album_id, data.genres[column], int(cluster) + 1)
                    for row, column, cluster in zip(
                        clustered.view.rows.tolist(), data.primary_or_first, clustered.clustering.labels, strict=True
                    )
                ],
            ),
        )


def _plain(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_BEGINS) else cell

"""How every file ended that sources offered, counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from db.records import CoverFile, FileOutcome, Guess, InspectedFile, ListRow, Offered, OtherFiles, RejectedFile
from indexer.sources import Source
from sleeve.vocabulary import Outcome


@dataclass(slots=True)
class AddReport:
    """How every file ended that the sources met. Those that are no covers (and why) are kept whole, the others counted.

    Attributes:
        corrected: of the unchanged covers, about how many their source says another artist, album, year or genre.
        others: files that were not offered as covers, by place and kind.
        guesses: what was taken for granted, each sentence once.
        listed: how many of those that ended are rows of lists.
        unlisted: rows that lists do not have any more.
        gone: covers in the folders and archives that were read that have no file there any more.
        vectors: how many covers have another vector than before, of each bundle without a model.
        vectors_left_out: vectors in tables of albums without a cover.
    """

    counts: Counter[Outcome] = field(default_factory=Counter)
    rejected: list[FileOutcome] = field(default_factory=list)
    removed: list[FileOutcome] = field(default_factory=list)
    corrected: Counter[str] = field(default_factory=Counter)
    others: Counter[tuple[str, str]] = field(default_factory=Counter)
    guesses: dict[str, None] = field(default_factory=dict)
    listed: int = 0
    unlisted: int = 0
    gone: int = 0
    vectors: Counter[str] = field(default_factory=Counter)
    vectors_left_out: int = 0

    def take(self, outcomes: Iterable[FileOutcome]) -> None:
        """Count some more."""
        for outcome in outcomes:
            self.counts[outcome.outcome] += 1
            self.corrected.update(outcome.corrected)
            if outcome.outcome is Outcome.REJECTED:
                self.rejected.append(outcome)
            elif outcome.outcome is Outcome.REMOVED:
                self.removed.append(outcome)

    def merge(self, other: "AddReport") -> None:
        """Count what another report counts."""
        self.counts += other.counts
        self.rejected += other.rejected
        self.removed += other.removed
        self.corrected += other.corrected
        self.others += other.others
        self.guesses |= other.guesses
        self.listed += other.listed
        self.unlisted += other.unlisted
        self.gone += other.gone
        self.vectors += other.vectors
        self.vectors_left_out += other.vectors_left_out

    def take_back(self, offered: Offered, tried: Sequence[InspectedFile | RejectedFile]) -> None:
        """Do not count the files that were tried for a cover as others too."""
        paths = {item.path if isinstance(item, RejectedFile) else str(item.cover_file.path) for item in tried}
        for candidate in offered.instead if isinstance(offered, CoverFile) else ():
            if str(candidate.path) in paths:
                inside = candidate.path.parent.is_file()
                self.others[str(candidate.path.parents[1 if inside else 0]), candidate.kind] -= 1

    def of_kind(self) -> dict[str, int]:
        """How many files of each kind were not offered, the commonest kind first."""
        kinds: Counter[str] = Counter()
        for (_, kind), files in self.others.items():
            kinds[kind] += files
        return {kind: files for kind, files in kinds.most_common() if files}

    def offered(self, source: Source) -> Iterator[Offered | ListRow]:
        """What a source offers; the rest of what it says is counted here."""
        for item in source:
            if isinstance(item, OtherFiles):
                self.others[item.place, item.kind] += item.files
            elif isinstance(item, Guess):
                self.guesses[item.text] = None
            else:
                yield item

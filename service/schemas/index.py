"""The index: how it is, the work on it, its versions."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from db.records import IndexVersionRecord
from indexer.jobs.running import JobPhase, JobState
from indexer.vector_index import IndexKind


class JobSchema(BaseModel):
    """The job on the index that is running, or else the last one, in whatever process."""

    phase: JobPhase
    task: str
    done: int
    total: int
    detail: str = Field(description="why it failed; empty if it did not")
    started_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, job: JobState) -> "JobSchema":
        return cls.model_validate(job, from_attributes=True)


class IndexSchema(BaseModel):
    """The live index, and how much of the catalogue has changed since it was built."""

    version: str
    kind: IndexKind
    bundle: str
    count: int = Field(description="vectors when it was built")
    recall: float = Field(description="measured when it was built")
    created_at: datetime
    age_s: float
    delta: int = Field(description="newer vectors, searched as well")
    tombstones: int = Field(description="vectors in it that were removed and are no longer found")
    problem: str | None = Field(description="why a newer version, or the files of this one, cannot be used")
    job: JobSchema | None


class VersionSchema(BaseModel):
    """An index version that is kept."""

    version: str
    kind: IndexKind
    bundle: str
    count: int = Field(description="vectors when it was built")
    recall: float = Field(description="measured when it was built")
    arguments: dict[str, int] = Field(
        description="what trades speed for recall, in FAISS' words; how widely it is searched was "
        "measured when it was built"
    )
    live: bool
    created_at: datetime
    name: str = Field(deprecated=True, description="old name of `version`; leaves with the next release")

    @classmethod
    def of(cls, record: IndexVersionRecord, arguments: Mapping[str, int]) -> "VersionSchema":
        return cls(
            version=record.folder,
            name=record.folder,
            kind=IndexKind(record.kind),
            bundle=record.bundle.name,
            count=record.count,
            recall=record.recall,
            arguments=dict(arguments),
            live=record.live,
            created_at=record.created_at,
        )


class VersionsSchema(BaseModel):
    """The index versions, newest first."""

    versions: list[VersionSchema]

    @classmethod
    def of(
        cls, records: Iterable[IndexVersionRecord], arguments: Callable[[IndexVersionRecord], Mapping[str, int]]
    ) -> Self:
        return cls(versions=[VersionSchema.of(record, arguments(record)) for record in records])

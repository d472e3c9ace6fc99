"""The further columns of tables."""

from collections.abc import Mapping

from pydantic import BaseModel, Field

from sleeve.vocabulary import ColumnKind


class ColumnSchema(BaseModel):
    """A further column of tables."""

    name: str
    kind: ColumnKind | None = Field(description="what it is declared as; null if it is not")
    covers: int = Field(description="covers of which something is said in it")


class ColumnsSchema(BaseModel):
    """The further columns of tables, by name."""

    columns: list[ColumnSchema]

    @classmethod
    def of(cls, kinds: Mapping[str, ColumnKind], met: Mapping[str, int]) -> "ColumnsSchema":
        names = sorted({*kinds, *met})
        return cls(columns=[ColumnSchema(name=name, kind=kinds.get(name), covers=met.get(name, 0)) for name in names])

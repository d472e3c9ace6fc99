"""Whether the service is well, and what it says when a request is not."""

from pydantic import BaseModel, Field


class Health(BaseModel):
    """Whether the service can answer."""

    status: str = Field(examples=["ok"])


class Problem(BaseModel):
    """An error, after RFC 9457 (problem details)."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no album 7"])
    merged_into: int | None = Field(default=None, description="the album that the one asked for was made one with")

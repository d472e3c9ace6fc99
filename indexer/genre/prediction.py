"""The prediction: vote, head and text opinion fused, so that a probability means what it says.

If both know a genre, they are fused by a log-linear pool, p ∝ head^a · vote^b (Genest and Zidek, "Combining
probability distributions", 1986, equation 3.1). The exponents are fitted, so they also hold the temperature (Guo et
al., "On calibration of modern neural networks", 2017, section 4.2). Alone, each has an exponent of its own. What vote
and head say together, the picture's opinion, is fused with the text opinion in the same way. Last, each genre has an
offset, since the three raise rare genres by more or less than covers bear out; and a photo has an exponent for all.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexer.genre.membership import rows_to_one
from indexer.genre.voting import VoteSettings
from sleeve.errors import BundleError
from sleeve.faults import first_fault

Exponent = Annotated[float, Field(ge=0, le=100)]
Probability = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[float, Field(ge=-100, le=100)]

_TINY = 1e-12


class Calibration(BaseModel):
    """What fusing needs; ``calibration.json`` in a bundle. The defaults are for a catalogue that cannot be fitted yet.

    Attributes:
        vote: how the votes were made that this was fitted to.
        head_exponent, vote_exponent: a and b, if both have spoken.
        head_alone_exponent, vote_alone_exponent: if only one of them has.
        picture_exponent, text_exponent: of what the two say together and of the text opinion, if there is both.
        text_alone_exponent: if there is a text opinion only.
        vote_floor: share of the vote spread evenly over its genres before it is fused, since k voters who are all wrong
            must not rule a genre out.
        genre_offsets: what is added to the logarithm of a genre's chance in the end; of others, nothing.
        photo_exponent: of the prediction for a photo, which is right less often than it would say. The default was
            fitted to 400 drawn photos (docs/benchmarks.md), and holds for every catalogue.
        unsure_below: a prediction whose likeliest genre is less probable than this is not an answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: Literal["sleeve-calibration-1"] = "sleeve-calibration-1"
    vote: VoteSettings = VoteSettings()
    head_exponent: Exponent = 0.7
    vote_exponent: Exponent = 0.5
    head_alone_exponent: Exponent = 1.0
    vote_alone_exponent: Exponent = 1.0
    picture_exponent: Exponent = 1.0
    text_exponent: Exponent = 0.5
    text_alone_exponent: Exponent = 1.0
    vote_floor: Annotated[float, Field(gt=0, lt=1)] = 0.05
    genre_offsets: Mapping[str, Offset] = {}
    photo_exponent: Exponent = 0.78
    unsure_below: Probability = 0.25

    def offsets_of(self, genres: Sequence[str]) -> NDArray[np.float64]:
        """(g,) the offsets of these genres."""
        return np.array([self.genre_offsets.get(genre, 0.0) for genre in genres])

    def to_bytes(self) -> bytes:
        """JSON."""
        return (self.model_dump_json(indent=2) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Calibration":
        """The calibration that ``to_bytes`` wrote.

        Raises:
            BundleError: these are not the bytes of a calibration.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            fault = first_fault(error)
            raise BundleError(f"the calibration is damaged: {fault.field or 'JSON'}: {fault.message}") from error


def predict(
    head: NDArray[np.floating] | None,
    vote: NDArray[np.floating] | None,
    calibration: Calibration,
    *,
    text: NDArray[np.floating] | None = None,
    head_knows: NDArray[np.bool_] | None = None,
    vote_knows: NDArray[np.bool_] | None = None,
    text_knows: NDArray[np.bool_] | None = None,
    offsets: NDArray[np.float64] | None = None,
    is_photo: bool = False,
) -> NDArray[np.float64]:
    """Fuse what the head, the vote and the text opinion say, on one axis of genres.

    Head and vote each alone decide the odds between what only it knows and what both know; within what both know they
    are fused. So a genre that the head never learned keeps the chance that the vote gives it, and a genre that no album
    of the catalogue has keeps the head's. The text opinion shifts chances among the genres that it knows only.

    Args:
        head: (n, g) or (g,), rows sum to 1; None without a head.
        vote: the same; None, or rows of zeros, if nobody voted.
        text: the same; None, or rows of zeros, if there is nothing to read.
        head_knows, vote_knows, text_knows: (g,), the genres that each can name; None for all.
        offsets: (g,) of ``Calibration.offsets_of``; None for none.
        is_photo: vectors and texts are of photos.

    Returns:
        Of the same shape, rows sum to 1; zeros if none has spoken.
    """
    given = [np.asarray(opinion) for opinion in (head, vote, text) if opinion is not None]
    if not given:
        raise ValueError("no opinion was given")
    shape = given[0].shape
    heads, votes, texts = (_as_rows(opinion, shape) for opinion in (head, vote, text))
    everything = np.ones(shape[-1], dtype=np.bool_)
    pictures = _of_pictures(
        heads,
        votes,
        calibration,
        everything if head_knows is None else head_knows,
        everything if vote_knows is None else vote_knows,
    )
    fused = _with_texts(pictures, texts, calibration, everything if text_knows is None else text_knows)
    shifted_by = fused if offsets is None else offset(fused, offsets)
    return (rows_to_one(shifted_by**calibration.photo_exponent) if is_photo else shifted_by).reshape(shape)


def is_unsure(probabilities: NDArray[np.floating], calibration: Calibration) -> bool:
    """Whether nothing is likely: (g,) of one prediction; also when it is zeros or there are no genres."""
    return not probabilities.size or bool(probabilities.max() < max(calibration.unsure_below, _TINY))


def with_floor(votes: NDArray[np.floating], floor: float, known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n, g) votes with a share of ``floor`` spread evenly over the genres that are known; the rest is 0."""
    even = known / max(1, int(known.sum()))
    mixed: NDArray[np.float64] = (1 - floor) * votes + floor * even
    return mixed * known


def raised(probabilities: NDArray[np.float64], exponent: float, known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n, g) to a power, made to sum to 1 over the genres that are known; exponent 1 / T is temperature T."""
    return _softmax(exponent * np.log(np.maximum(probabilities, _TINY)), known)


def pooled(
    heads: NDArray[np.float64],
    votes: NDArray[np.float64],
    head_exponent: float,
    vote_exponent: float,
    known: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """The log-linear pool of (n, g) and (n, g) over the genres that are known."""
    logs = head_exponent * np.log(np.maximum(heads, _TINY)) + vote_exponent * np.log(np.maximum(votes, _TINY))
    return _softmax(logs, known)


def shifted(
    pictures: NDArray[np.float64],
    texts: NDArray[np.float64],
    picture_exponent: float,
    text_exponent: float,
    known: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """(n, g) pictures' opinions, fused with (n, g) text opinions within the genres that are known to these."""
    inside = (pictures * known).sum(axis=1, keepdims=True)
    fused = pooled(pictures, texts, picture_exponent, text_exponent, known)
    return np.asarray(fused * inside + np.where(known, 0.0, pictures))


def offset(probabilities: NDArray[np.float64], offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, g) with (g,) added to their logarithms, made to sum to 1 again; rows of zeros stay so."""
    return rows_to_one(probabilities * np.exp(offsets))


def _as_rows(opinion: NDArray[np.floating] | None, shape: tuple[int, ...]) -> NDArray[np.float64]:
    found = np.zeros(shape) if opinion is None else np.asarray(opinion, dtype=np.float64)
    return found.reshape(-1, shape[-1])


def _of_pictures(
    heads: NDArray[np.float64],
    votes: NDArray[np.float64],
    calibration: Calibration,
    known_to_head: NDArray[np.bool_],
    known_to_vote: NDArray[np.bool_],
) -> NDArray[np.float64]:
    heads_alone = raised(heads, calibration.head_alone_exponent, known_to_head)
    floored = with_floor(votes, calibration.vote_floor, known_to_vote)
    votes_alone = raised(floored, calibration.vote_alone_exponent, known_to_vote)
    known_to_both = known_to_head & known_to_vote
    fused = pooled(heads, floored, calibration.head_exponent, calibration.vote_exponent, known_to_both)
    joined = _joined(heads_alone, votes_alone, fused, known_to_both)
    head_speaks, vote_speaks = heads.any(axis=1, keepdims=True), votes.any(axis=1, keepdims=True)
    alone = np.where(head_speaks, heads_alone, np.where(vote_speaks, votes_alone, 0.0))
    return np.where(head_speaks & vote_speaks, joined, alone)


def _with_texts(
    pictures: NDArray[np.float64], texts: NDArray[np.float64], calibration: Calibration, known: NDArray[np.bool_]
) -> NDArray[np.float64]:
    fused = shifted(pictures, texts, calibration.picture_exponent, calibration.text_exponent, known)
    texts_alone = raised(texts, calibration.text_alone_exponent, known)
    picture_speaks, text_speaks = pictures.any(axis=1, keepdims=True), texts.any(axis=1, keepdims=True)
    return np.where(text_speaks, np.where(picture_speaks, fused, texts_alone), pictures)


def _joined(
    heads: NDArray[np.float64], votes: NDArray[np.float64], fused: NDArray[np.float64], both: NDArray[np.bool_]
) -> NDArray[np.float64]:
    if both.all():
        return fused
    inside_head = (heads * both).sum(axis=1, keepdims=True)
    inside_votes = (votes * both).sum(axis=1, keepdims=True)
    joined = fused * inside_head * inside_votes + np.where(both, 0.0, heads * inside_votes + votes * inside_head)
    if not both.any():
        # No genre ties the two scales together, so neither can be weighed against the other.
        joined = heads + votes
    return rows_to_one(joined)


def _softmax(logs: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    if not known.any():
        return np.zeros_like(logs)
    bounded = np.where(known, logs, -np.inf)
    exponentials = np.exp(bounded - bounded.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

"""Queries about covers that are known to be of a MusicBrainz release group."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Cover
from sleeve.vocabulary import Side

KEY = "musicbrainz_releasegroupid"
"""Picard's name for it, under which a cover's ``extra`` has it."""


def sides(session: Session, group_ids: Sequence[str]) -> dict[str, set[Side]]:
    """Which sides of each of these release groups the catalogue has; groups without a cover are absent.

    Reads every cover: meant for a page of groups at a time.
    """
    group_id = Cover.extra[KEY].as_string()
    found: dict[str, set[Side]] = defaultdict(set)
    for row in session.execute(select(group_id.label("group_id"), Cover.side).where(group_id.in_(group_ids))):
        found[row.group_id].add(Side(row.side))
    return found

"""Which covers' files Sleeve wrote. Only those are ever deleted, so a file is marked only if nobody else can have
written it: it has a name that the cover store makes, that name is the hash of what the row says, and the name by which
the cover was added is not the file's own, as it is where a person added a folder, a file or a table of files."""

import re
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ROWS = 10_000
_HASH = r"(?P<hash>(?P<start>[0-9a-f]{2})[0-9a-f]{62})"
_MBID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_BY_CONTENT = re.compile(rf"{_HASH}(-{_MBID}-(front|back))?(-[0-9]+)?\.(jpeg|png|webp|gif|tiff|bmp)")
_BY_URL = re.compile(rf"url-{_HASH}")
_SEPARATORS = re.compile(r"[/\\]")


def upgrade() -> None:
    op.add_column("covers", sa.Column("stored", sa.Boolean(), server_default=sa.false(), nullable=False))
    covers = sa.table(
        "covers", *(sa.column(name) for name in ("id", "file", "path", "content_hash")), sa.column("stored", sa.Boolean)
    )
    mark = sa.update(covers).where(covers.c.id == sa.bindparam("of")).values(stored=sa.true())
    every = sa.select(covers.c.id, covers.c.file, covers.c.path, covers.c.content_hash).order_by(covers.c.id)
    connection, after = op.get_bind(), 0
    while rows := connection.execute(every.where(covers.c.id > after).limit(_ROWS)).all():
        stored = [{"of": row.id} for row in rows if _is_stored(row.path, row.file, row.content_hash)]
        if stored:
            connection.execute(mark, stored)
        after = rows[-1].id


def downgrade() -> None:
    op.drop_column("covers", "stored")


def _is_stored(path: str, file: str, content_hash: str) -> bool:
    *_, home, folder, name = ["", "", *_SEPARATORS.split(path)]
    by_url, by_content = _BY_URL.fullmatch(name), _BY_CONTENT.fullmatch(name)
    found = by_url or by_content
    if found is None or (home, folder) != ("covers", found["start"]):
        return False
    if by_url:
        return found["hash"] == sha256(file.encode()).hexdigest()
    return found["hash"] == content_hash and _SEPARATORS.split(file)[-1] != name

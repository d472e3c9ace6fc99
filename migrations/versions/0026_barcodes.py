"""Barcodes, by which albums are found."""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None

_ROWS = 1000
_NAMES = {"barcode", "upc", "ean", "gtin", "wm/barcode", "ean/upn", "upc/ean", "ean/upc"}
_SEPARATORS = re.compile(r"[\s\-]+")


def upgrade() -> None:
    op.add_column("statements", sa.Column("barcode", sa.String(length=13), nullable=True))
    connection = op.get_bind()
    after = {"path": "", "source": ""}
    some = sa.text(
        "SELECT path, source, extra FROM statements WHERE extra IS NOT NULL AND (path, source) > (:path, :source) "
        f"ORDER BY path, source LIMIT {_ROWS}"
    )
    update = sa.text("UPDATE statements SET barcode = :barcode WHERE path = :path AND source = :source")
    while rows := connection.execute(some, after).all():
        said = [{"path": path, "source": source, "barcode": _barcode_of(extra)} for path, source, extra in rows]
        if found := [one for one in said if one["barcode"]]:
            connection.execute(update, found)
        after = {"path": rows[-1].path, "source": rows[-1].source}
    op.create_index(op.f("ix_statements_barcode"), "statements", ["barcode"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_statements_barcode"), "statements")
    op.drop_column("statements", "barcode")


def _barcode_of(extra: str | dict[str, str]) -> str | None:
    cells = json.loads(extra) if isinstance(extra, str) else extra
    said = (_SEPARATORS.sub("", text) for name, text in cells.items() if name.strip().lower() in _NAMES)
    for digits in said:
        if digits.isascii() and digits.isdecimal() and 11 <= len(digits) <= 13:
            code = digits.zfill(13)
            total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code))
            if total % 10 == 0 and code.strip("0"):
                return code
    return None

"""Names and texts in the form in which they are searched by their words, and an index of every three letters of it."""

import unicodedata

import sqlalchemy as sa
from alembic import op

from sleeve.errors import CatalogueError

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ROWS = 10_000
_SEARCHED = {"albums": "id", "texts": "cover_id"}
_SPELT = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "\u0131": "l", "æ": "ae", "œ": "oe", "þ": "th", "|": "l", "$": "s"}
    | {"0": "o", "1": "l", "i": "l", "5": "s"}
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def upgrade() -> None:
    for table in _SEARCHED:
        op.add_column(table, sa.Column("letters", sa.Text(), nullable=True))
    _fill("albums", (sa.column("artist"), sa.column("title")), lambda row: [row.artist, row.title])
    _fill("texts", (sa.column("lines", sa.JSON()),), lambda row: [line["text"] for line in row.lines])
    if op.get_bind().dialect.name == "postgresql":
        _make_extension()
        for table in _SEARCHED:
            op.create_index(
                op.f(f"ix_{table}_letters"),
                table,
                ["letters"],
                postgresql_using="gin",
                postgresql_ops={"letters": "gin_trgm_ops"},
            )
    else:
        for table, key in _SEARCHED.items():
            _make_fts(table, key)


def downgrade() -> None:
    for table in _SEARCHED:
        if op.get_bind().dialect.name == "postgresql":
            op.drop_index(op.f(f"ix_{table}_letters"), table_name=table)
        else:
            for change in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {table}_letters_{change}")
            op.execute(f"DROP TABLE {table}_letters")
        op.drop_column(table, "letters")


def _make_extension() -> None:
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")):
        return
    try:
        connection.execute(sa.text("CREATE EXTENSION pg_trgm"))
    except sa.exc.DBAPIError as error:
        raise CatalogueError(
            "the database needs the extension pg_trgm, which this user cannot create; have the server's contrib "
            "modules installed and an administrator run CREATE EXTENSION pg_trgm in this database, then run "
            "`sleeve db upgrade` again"
        ) from error


def _make_fts(table: str, key: str) -> None:
    """An index that has no copy of the letters; triggers keep it up to date whatever changes them."""
    index = f"{table}_letters"
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5"
        f"(letters, content='{table}', content_rowid='{key}', tokenize='trigram', columnsize=0)"
    )
    op.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
    put = f"INSERT INTO {index}(rowid, letters) VALUES (new.{key}, new.letters);"
    take = f"INSERT INTO {index}({index}, rowid, letters) VALUES ('delete', old.{key}, old.letters);"
    op.execute(f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {put} END")
    op.execute(f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {take} END")
    op.execute(f"CREATE TRIGGER {index}_update AFTER UPDATE OF letters ON {table} BEGIN {take} {put} END")


def _fill(name, columns, texts_of) -> None:  # type: ignore[no-untyped-def]
    key = _SEARCHED[name]
    table = sa.table(name, sa.column(key), sa.column("letters"), *columns)
    fill = sa.update(table).where(table.c[key] == sa.bindparam("of")).values(letters=sa.bindparam("spelt"))
    connection, after = op.get_bind(), 0
    page = sa.select(table).order_by(table.c[key]).limit(_ROWS)
    while rows := connection.execute(page.where(table.c[key] > after)).all():
        connection.execute(fill, [{"of": row[0], "spelt": _lines(texts_of(row))} for row in rows])
        after = rows[-1][0]


def _lines(texts: list[str | None]) -> str | None:
    lines = [_letters(text or "") for text in texts]
    return "\n".join(lines) if any(lines) else None


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    kept = unicodedata.normalize("NFC", bare).translate(_SPELT)
    return "".join(map(_coded, filter(str.isalnum, kept)))


def _coded(character: str) -> str:
    if character.isascii():
        return character
    number, code = ord(character), ""
    for _ in range(4):
        number, digit = divmod(number, len(_DIGITS))
        code = _DIGITS[digit] + code
    return code

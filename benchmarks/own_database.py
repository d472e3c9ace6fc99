"""What keeps a benchmark that changes albums away from a catalogue in use."""

from sleeve.settings import read_settings


def require_own_database() -> None:
    """Stop if the settings name a database: the homes that a benchmark makes would all be in it."""
    if read_settings().database_url is not None:
        raise SystemExit("this benchmark changes what is in the database; run it without SLEEVE_DATABASE_URL")

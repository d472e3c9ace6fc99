"""Benchmarks that change albums leave a catalogue in use alone."""

import sys
from importlib import import_module
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("soak", []),
        ("load", []),
        ("adding", [".", "--other", "."]),
        ("held_back", []),
        ("answers.__main__", ["home"]),
        ("exporting", ["home"]),
    ],
)
def test_a_database_that_the_settings_name_is_refused(
    name: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLEEVE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SLEEVE_DATABASE_URL", "postgresql://shop@localhost/catalogue")
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    with pytest.raises(SystemExit, match="run it without SLEEVE_DATABASE_URL"):
        import_module(f"benchmarks.{name}").main()
    assert not list(tmp_path.iterdir())

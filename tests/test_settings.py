"""Whatever the environment holds, there are settings or one line that says what is wrong with them."""

from pathlib import Path

import pytest

from sleeve.errors import SettingsError
from sleeve.settings import expanded, from_env_file, read_settings


@pytest.mark.parametrize("content", ["NAME=M\xfcller\n".encode("latin-1"), "SLEEVE_THREADS=2\n".encode("utf-16")])
def test_an_env_file_of_another_program(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(content)
    for read in (read_settings, from_env_file):
        with pytest.raises(SettingsError, match=r"\.env cannot be read: it is not UTF-8$"):
            read()


def test_a_user_without_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_user: object) -> None:
        raise KeyError

    assert expanded(Path("/home/x")) == Path("/home/x")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", nobody)
    with pytest.raises(SettingsError, match="set SLEEVE_HOME or HOME"):
        expanded(Path("~/.sleeve"))

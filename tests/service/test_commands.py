"""The list of commands is made without importing them, and says what they say themselves."""

import subprocess
import sys
from inspect import unwrap

from typer.core import TyperGroup
from typer.main import get_command

from service.cli.commands import app_for
from service.cli.whole import app as whole

NOTHING_HEAVY = """
import sys
sys.argv = ["sleeve", "--help"]
from service.cli import main
try:
    main()
finally:
    print(sorted({"sqlalchemy", "numpy", "faiss", "openvino", "PIL", "fastapi"} & {*sys.modules}), file=sys.stderr)
"""


def commands_of(arguments: list[str]) -> TyperGroup:
    group = get_command(app_for(arguments))
    assert isinstance(group, TyperGroup)
    return group


def function_of(group: TyperGroup, name: str) -> object:
    callback = group.commands[name].callback
    assert callback is not None
    return unwrap(callback)


def test_the_list_is_that_of_the_whole_command_line() -> None:
    listed, every = commands_of(["--help"]).commands, get_command(whole)
    assert isinstance(every, TyperGroup)
    assert [(name, one.help) for name, one in listed.items()] == [
        (name, one.help) for name, one in every.commands.items()
    ]
    assert all(one.help for one in listed.values())


def test_the_command_that_is_asked_for_is_its_own() -> None:
    whole_group = get_command(whole)
    assert isinstance(whole_group, TyperGroup)
    for name in whole_group.commands:
        asked = commands_of([name, "--json"])
        assert function_of(asked, name) is function_of(whole_group, name), name
        assert asked.commands.keys() == whole_group.commands.keys(), "wrong names get the right suggestions"
    for arguments in (["-v", "status"], ["--version"], ["simlar"]):
        assert function_of(commands_of(arguments), "similar") is function_of(whole_group, "similar")


def test_the_list_needs_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", NOTHING_HEAVY], capture_output=True, text=True, check=True)
    assert "Show the albums that look most like an image" in done.stdout
    assert done.stderr.strip() == "[]"

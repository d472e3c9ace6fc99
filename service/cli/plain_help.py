"""What ``--help`` shows of options: a flag takes no value, so none is named next to it."""

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption


def name_no_values_of_flags(command: object) -> None:
    """Take away what Typer writes next to a flag, `<bool>`, in a command and all commands in it."""
    assert isinstance(command, TyperCommand | TyperGroup)
    for option in command.get_params(typer.Context(command)):
        if isinstance(option, TyperOption) and option.is_flag and option.metavar is None:
            option.metavar = ""
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            name_no_values_of_flags(each)

"""The whole command line, for what describes it: `python -m typer service.cli.whole utils docs`."""

from service.cli.commands import whole_app

app = whole_app()

"""No name, however hostile, acts on the terminal that shows a log, or passes for a line of it."""

import json
import logging
import sys

from service.logs import JsonLines, TextLines


def test_no_name_reaches_the_terminal_or_passes_for_a_line_of_the_log() -> None:
    forged = "a.jpg\x1b[31m\nERROR service: forged\r\u202e"
    try:
        raise ValueError(forged)
    except ValueError:
        record = logging.LogRecord("n", logging.ERROR, __file__, 1, "cannot read %s", (forged,), sys.exc_info())
    first, *rest = TextLines("%(levelname)s %(name)s: %(message)s").format(record).split("\n")
    assert first == r"ERROR n: cannot read a.jpg\x1b[31m\nERROR service: forged\r\u202e"
    assert rest[0] == "  Traceback (most recent call last):"
    assert all(line.startswith("  ") and line.isprintable() for line in rest)
    assert rest[-1] == r"  ERROR service: forged\r\u202e"


def test_json_lines_are_ascii_without_control_characters_and_lose_nothing() -> None:
    forged = "Bj\u00f6rk\x1b[31m\n\x7f\x9b31m\u202e\u2028\U000e0001\U0001f3b5"
    record = logging.LogRecord("n", logging.WARNING, __file__, 1, "cannot read %s", (forged,), None)
    record.fields = {"file": forged}
    line = JsonLines().format(record)
    assert line.isascii()
    assert line.isprintable()
    document = json.loads(line)
    assert (document["message"], document["file"]) == (f"cannot read {forged}", forged)

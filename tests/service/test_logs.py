import logging
import sys

from service.logs import TextLines


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

"""Log lines for people or for machines; each says which request it belongs to."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that this task or thread works on."""

REQUESTS = "service.http.requests"
"""The logger that writes a line for each request."""


def printable(text: str) -> str:
    """A text with its control characters and line ends as escapes, so that no name can pass for a line of ours."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class TextLines(logging.Formatter):
    """One line per record, whatever its names hold; the lines of a traceback below it are indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        return printable(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        return "\n".join(f"  {printable(line)}" for line in super().formatException(ei).split("\n"))


class JsonLines(logging.Formatter):
    """One JSON object per line; ``extra={"fields": …}`` becomes members of it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        known = {name: value for name, value in line.items() if value is not None}
        # Beyond ASCII there are characters that act on a terminal; of ASCII json leaves only DEL as it is.
        return json.dumps(known).replace("\x7f", "\\u007f")


def set_up_logs(kind: Literal["text", "json"], level: int = logging.WARNING) -> None:
    """Send log lines to stderr; as JSON, the requests are among them whatever the level."""
    logging.basicConfig(level=level, stream=sys.stderr)
    lines = JsonLines() if kind == "json" else TextLines("%(levelname)s %(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.setFormatter(lines)
    if kind == "json":
        logging.getLogger(REQUESTS).setLevel(logging.INFO)
    # It warns of the Ctrl-C with which watching ends.
    logging.getLogger("watchfiles").setLevel(logging.ERROR)
    # A line for every odd form or protocol that a stranger sends would be a way to fill the log.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)

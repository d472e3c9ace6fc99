"""A real music server: supysonic over a folder of music, in a process of its own (see ``test_supysonic``).

    python supysonic_server.py FOLDER USER PASSWORD

It prints its port. ``POST /scan`` looks at FOLDER/music again.
"""

import sys
from pathlib import Path

from supysonic.config import DefaultConfig
from supysonic.db import close_connection, open_connection
from supysonic.managers.folder import FolderManager
from supysonic.managers.user import UserManager
from supysonic.scanner import Scanner
from supysonic.web import create_application
from werkzeug.serving import make_server

folder, user, password = Path(sys.argv[1]), sys.argv[2], sys.argv[3]


class Config(DefaultConfig):  # type: ignore[misc]
    BASE = {**DefaultConfig.BASE, "database_uri": f"sqlite:///{folder}/supysonic.db"}  # noqa: RUF012
    WEBAPP = {**DefaultConfig.WEBAPP, "cache_dir": str(folder / "cache"), "mount_webui": False}  # noqa: RUF012
    DAEMON = {**DefaultConfig.DAEMON, "socket": str(folder / "no.sock")}  # noqa: RUF012


def scan() -> str:
    scanner = Scanner(force=True)
    scanner.queue_folder("music")
    scanner.run()
    return ""


application = create_application(Config())
open_connection()
UserManager.add(user, password, admin=True)
FolderManager.add("music", str(folder / "music"))
close_connection()
scan()
application.add_url_rule("/scan", view_func=scan, methods=["POST"])
server = make_server("127.0.0.1", 0, application, threaded=True)
sys.stdout.write(f"{server.port}\n")
sys.stdout.flush()
server.serve_forever()

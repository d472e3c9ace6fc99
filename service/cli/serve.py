"""``sleeve serve``: the HTTP service."""

import os
import socket
from contextlib import ExitStack
from ipaddress import ip_address
from typing import Annotated

import typer

from indexer.home import Home, open_home
from service.cli.console import say, settings_of
from sleeve.errors import BusyError, SettingsError
from sleeve.platform import share_freed_memory
from sleeve.settings import Settings, read_settings

DRAIN_S = 10
"""How long a stopping service waits for the requests under way."""

MAX_CONNECTIONS = 512
"""Of one worker; requests on further ones get 503, because a process often may have no more than 1,024 open files."""

WORKER_STARTS_WITHIN_S = 60
"""Until a worker answers its parent: after uvicorn's own 5 s a slow machine would kill workers that still import."""


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port to listen on; 0 for a free one.")
    ] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, metavar="N", help="Number of worker processes.")] = 1,
    root_path: Annotated[
        str | None, typer.Option(help="Path of a proxy below which visitors find it: /sleeve.")
    ] = None,
) -> None:
    """Answer over HTTP until Ctrl-C.

    Examples:

        sleeve serve
        curl -F image=@photo.jpg "http://127.0.0.1:8000/api/v1/similar?k=5"
    """
    settings = settings_of(context)
    if root_path is not None:
        os.environ["SLEEVE_ROOT_PATH"] = root_path
        settings = settings.model_copy(update={"root_path": read_settings().root_path})
    with open_home(settings) as home:
        # Once before the workers start: one of them and not each sets up an empty database, and what is wrong with a
        # setting is one line.
        home.live()
    run_service(settings, host, port, workers)


def run_service(settings: Settings, host: str, port: int, workers: int = 1) -> None:
    """Serve until stopped. Several workers read their settings from the environment, as this process did.

    Raises:
        BusyError: the address cannot be listened on.
        SettingsError: the root path is one of the service's own.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from service.http.app import create_app
    from service.http.connections import TimedHeads
    from service.http.metrics import SHARED_FOLDER
    from service.http.protection.root_path import OWN_PATHS
    from service.http.shared_metrics import shared_metrics

    if {*settings.root_path.split("/")[1:2]} & OWN_PATHS:
        raise SettingsError(
            f"the root path {settings.root_path} begins as an address of the service does; choose another"
        )
    hosts = ",".join(filter(None, (settings.hosts, host)))
    with listen(host, port) as listening, ExitStack() as until_stopped:
        if settings.api_key is None and not _is_own_machine(host):
            say("Whoever can reach this address may change the catalogue: set SLEEVE_API_KEY to prevent that.")
        say(f"Serving on http://{host}:{listening.getsockname()[1]} (Ctrl-C stops it)")
        if workers > 1:
            home = until_stopped.enter_context(Home(settings))
            os.environ["SLEEVE_HOSTS"] = hosts
            os.environ[SHARED_FOLDER] = str(until_stopped.enter_context(shared_metrics(home.metrics_folder)))
        settings = settings.model_copy(update={"hosts": hosts})
        application = create_app(settings) if workers == 1 else "service.http.app:create_worker"
        config = uvicorn.Config(
            application,
            factory=workers > 1,
            workers=workers,
            log_config=None,
            # Strangers can cause what uvicorn warns about, as often as they like.
            log_level="error",
            access_log=False,
            http=TimedHeads,
            ws="none",
            # `protection.Proxies` decides whom to believe.
            proxy_headers=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=DRAIN_S,
            timeout_worker_healthcheck=WORKER_STARTS_WITHIN_S,
        )
        if workers == 1:
            share_freed_memory()
            uvicorn.Server(config).run(sockets=[listening])
        else:
            Multiprocess(config, sockets=[listening]).run()


def _is_own_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, and whose connections send what they have at once.

    asyncio sees to that for sockets of its own only. Left alone, the end of an answer waits for the client's word that
    it has the beginning, which comes after 40 ms.

    Raises:
        BusyError: the address cannot be listened on.
    """
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise BusyError(f"cannot listen on {host}:{port}: {reason}; choose another --port") from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening

"""A service used and mistreated for an hour: `python -m benchmarks.soak [--minutes 60] [--postgresql]`.

A drawn catalogue is served by two workers. Clients ask for similar albums, genres, recommendations, lists, pictures and
map, add albums and remove them again, at a steady rate; the index is rebuilt every other minute, and every minute one
worker is killed. The older worker is spared, so that its memory shows what it keeps.

Every answer is checked. The neighbours among the albums that stay are compared with brute force over the vectors in the
database; an album that was added must be found by its own picture from then on, and one that was removed never again.
Each minute prints what the parent and the spared worker hold, as Linux's /proc says. The exit code is 1 after a wrong
answer, a failure that no kill explains, or growth.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import SecretStr

from benchmarks.own_database import require_own_database
from db import vectors
from indexer.home import Home
from service.background import BEGIN_WITHIN_S
from service.demo import draw_catalogue
from sleeve.settings import Settings
from sleeve.vocabulary import AlbumId
from tests.postgres import postgres_server

SLEEVE = Path(sys.executable).parent / "sleeve"
GUESTS = 40
"""Albums that are added and removed; all others stay."""
CLIENTS = 6
K = 50
COMPARED = 10
TOLERANCE = 0.003
"""Of a cosine: vectors are stored as float16."""
SETTLES_S = 5.0
"""For so long after a kill a connection may be cut."""
if sys.platform == "win32":
    KILL = signal.SIGTERM
else:
    KILL = signal.SIGKILL
MOST_GROWTH = {"rss_mb": 1.10, "descriptors": 1.25, "threads": 1.25}


@dataclass(frozen=True)
class Truth:
    """The albums that stay, with the unit vectors of their only front cover, shape (n, d), float32."""

    album_ids: tuple[AlbumId, ...]
    vectors: NDArray[np.float32]
    images: tuple[Path, ...]

    def fault(self, asked: int, answer: dict[str, list[dict[str, float]]]) -> str | None:
        """What is wrong with an answer to the album at this place, if anything."""
        similarity = dict(zip(self.album_ids, (self.vectors @ self.vectors[asked]).tolist(), strict=True))
        del similarity[self.album_ids[asked]]
        found = {AlbumId(int(one["album_id"])): one["similarity"] for one in answer["neighbours"]}
        wrong = [a for a, s in found.items() if a in similarity and abs(s - similarity[a]) > TOLERANCE]
        nearest = sorted(similarity.values(), reverse=True)[COMPARED - 1]
        missing = [a for a, s in similarity.items() if s > nearest + TOLERANCE and a not in found]
        if wrong or missing:
            return f"album {self.album_ids[asked]}: similarity wrong for {wrong}, missing {missing}"
        return None


@dataclass
class Account:
    """What the clients have seen, from all threads."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    last_kill: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        """One more answer of this kind."""
        with self._lock:
            self.answers[what] += 1

    def blame(self, fault: str) -> None:
        """Something that must not be."""
        with self._lock:
            self.faults.append(fault)
        print(f"FAULT {fault}", flush=True)


class Client:
    """Asks, adds and removes at a fixed rate until stopped."""

    def __init__(self, address: str, truth: Truth, guests: list[Path], account: Account, pause_s: float) -> None:
        # A connection for each question: the service closes an idle one, which a slow machine may see too late.
        once = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(base_url=f"{address}/api/v1", timeout=60, limits=once)
        self._truth = truth
        self._guests = guests
        self._account = account
        self._pause_s = pause_s
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let the question under way be the last."""
        self._stopped.set()

    def run(self) -> None:
        """Ask until stopped."""
        asks = [self._similar, self._similar, self._classify, self._recommend, self._list, self._picture, self._guest]
        while not self._stopped.wait(random.uniform(0, 2 * self._pause_s)):
            ask = random.choice(asks)
            started = time.monotonic()
            try:
                ask()
            except httpx.TransportError as error:
                if started > self._account.last_kill + SETTLES_S:
                    self._account.blame(f"{ask.__name__}: {error!r} without a kill")
                self._account.count("cut by a kill")

    def _asked(self, method: str, path: str, **sent: object) -> httpx.Response | None:
        """The answer, or none if the service is busy."""
        answer = self._http.request(method, path, **sent)  # type: ignore[arg-type]
        if answer.status_code == 503 and "Retry-After" in answer.headers:
            self._account.count("503")
            return None
        self._account.count(f"{method} {path.split('/')[1].split('?')[0]}")
        if answer.is_error:
            self._account.blame(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
            return None
        return answer

    def _similar(self) -> None:
        asked = random.randrange(len(self._truth.album_ids))
        sent = {"album_id": self._truth.album_ids[asked]}
        answer = self._asked("POST", f"/similar?k={K}&side=front", json=sent)
        if answer is not None and (fault := self._truth.fault(asked, answer.json())):
            self._account.blame(fault)

    def _classify(self) -> None:
        image = random.choice(self._truth.images).read_bytes()
        answer = self._asked("POST", "/classify", files={"image": ("q.jpg", image)})
        if answer is not None and abs(sum(one["probability"] for one in answer.json()["genres"]) - 1) > 0.01:
            self._account.blame(f"classify: the probabilities do not sum to one: {answer.text[:200]}")

    def _recommend(self) -> None:
        liked = random.sample(self._truth.album_ids, 2)
        answer = self._asked("POST", "/recommend", json={"like": liked, "k": 10})
        if answer is not None:
            named = {one["album_id"] for one in answer.json()["recommendations"]}
            if len(named) != 10 or named & set(liked):
                self._account.blame(f"recommend for {liked}: {sorted(named)}")

    def _list(self) -> None:
        answer = self._asked("GET", "/albums?limit=60")
        if answer is not None and len(answer.json()["albums"]) != 60:
            self._account.blame("the list of albums has no full page")

    def _picture(self) -> None:
        album = self._asked("GET", f"/albums/{random.choice(self._truth.album_ids)}")
        if album is not None:
            cover = album.json()["covers"][0]["id"]
            self._http.get(f"/covers/{cover}/image?size=384", follow_redirects=True).raise_for_status()

    def _guest(self) -> None:
        image = {"image": ("guest.jpg", random.choice(self._guests).read_bytes())}
        added = self._asked("POST", "/albums", files=image, data={"title": uuid4().hex, "artist": "Guest"})
        if added is None:
            return
        guest = added.json()["id"]
        if not self._is_found(guest, image):
            self._account.blame(f"album {guest} was added and is not found by its own picture")
        if self._asked("DELETE", f"/albums/{guest}") is not None and self._is_found(guest, image) is True:
            self._account.blame(f"album {guest} was removed and is still found")

    def _is_found(self, guest: int, image: dict[str, tuple[str, bytes]]) -> bool | None:
        answer = self._asked("POST", f"/similar?k={K}", files=image)
        return None if answer is None else guest in {one["album_id"] for one in answer.json()["neighbours"]}


def main() -> int:
    """Soak and print; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--albums", type=int, default=400)
    parser.add_argument("--rate", type=float, default=12.0, help="steps a second of all clients; one may ask thrice")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    asked = parser.parse_args()
    require_own_database()
    with tempfile.TemporaryDirectory() as folder, postgres_server() if asked.postgresql else nullcontext() as server:
        settings = Settings(home=Path(folder) / "home")
        environment = {**os.environ, "SLEEVE_HOME": str(settings.home), "TMPDIR": folder}
        if server is not None:
            url = server.database().render_as_string(hide_password=False)
            settings = settings.model_copy(update={"database_url": SecretStr(url)})
            environment["SLEEVE_DATABASE_URL"] = url
        guests = _fill(Path(folder) / "drawn", asked.albums, environment)
        with _serving(environment) as (process, address):
            return _soak(process, address, _truth(settings), guests, asked)


def _soak(
    process: "subprocess.Popen[bytes]", address: str, truth: Truth, guests: list[Path], asked: argparse.Namespace
) -> int:
    account = Account()
    pause_s = CLIENTS / asked.rate
    clients = [Client(address, truth, guests, account, pause_s) for _ in range(CLIENTS)]
    spared = _workers(process.pid)[0]
    samples: list[dict[str, float]] = []
    print("| minute | answers | faults | spared MB | descriptors | threads | parent MB | descriptors | threads |")
    print("|" + "---|" * 9)
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.run) for client in clients]
        try:
            for minute in range(asked.minutes):
                _spend_a_minute(address, account, process.pid, spared, rebuild=minute % 2 == 0)
                samples.append({**_held(spared), **{f"parent {what}": n for what, n in _held(process.pid).items()}})
                numbers = " | ".join(f"{much:.0f}" for much in samples[-1].values())
                print(f"| {minute + 1} | {account.answers.total()} | {len(account.faults)} | {numbers} |", flush=True)
        finally:
            for client in clients:
                client.stop()
    for one in running:
        one.result()
    print("\n" + ", ".join(f"{what}: {many}" for what, many in sorted(account.answers.items())))
    grown = list(_grown(samples))
    print(f"faults: {len(account.faults)}; " + ("; ".join(grown) or "nothing grew"))
    return 1 if account.faults or grown else 0


def _spend_a_minute(address: str, account: Account, parent: int, spared: int, *, rebuild: bool) -> None:
    ends = time.monotonic() + 60
    if rebuild:
        try:
            # It is answered when the work has begun, or after a minute if it has not.
            answer = httpx.post(f"{address}/api/v1/index/rebuild", timeout=2 * BEGIN_WITHIN_S)
        except httpx.TransportError as error:
            account.blame(f"rebuild: {error!r} without a kill")
        else:
            # 409: the service is at work on its index already, because of the albums that come and go.
            account.count("rebuilds" if answer.status_code == 202 else f"rebuild {answer.status_code}")
    time.sleep(20)
    others = [pid for pid in _workers(parent) if pid != spared]
    account.last_kill = time.monotonic()
    for pid in others[:1]:
        os.kill(pid, KILL)
        account.count("killed workers")
    account.last_kill = time.monotonic()
    time.sleep(max(0.0, ends - time.monotonic()))


def _grown(samples: list[dict[str, float]]) -> Iterator[str]:
    """What held more in the last fifth of the time than in the second."""
    fifth = len(samples) // 5
    if not fifth:
        return
    for name in samples[0]:
        early = float(np.median([one[name] for one in samples[fifth : 2 * fifth]]))
        late = float(np.median([one[name] for one in samples[-fifth:]]))
        if late > early * MOST_GROWTH[name.removeprefix("parent ")]:
            yield f"{name} grew from {early:.0f} to {late:.0f}"


def _held(pid: int) -> dict[str, float]:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {
        "rss_mb": int(status["VmRSS"].split()[0]) / 1024,
        "descriptors": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "threads": int(status["Threads"]),
    }


def _workers(parent: int) -> list[int]:
    """The pids of a service's workers, the oldest first."""
    children = Path(f"/proc/{parent}/task").glob("*/children")
    pids = sorted(int(pid) for some in children for pid in some.read_text().split())
    return [pid for pid in pids if b"spawn_main" in _command(pid)]


def _command(pid: int) -> bytes:
    """The command line of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _truth(settings: Settings) -> Truth:
    with Home(settings) as home, home.database.reading() as session:
        known = vectors.of_catalogue(session, home.require_live().bundle)
    fronts = Counter(known.album_ids.tolist())
    only = [place for place, album_id in enumerate(known.album_ids.tolist()) if fronts[album_id] == 1]
    unit = known.vectors / np.linalg.norm(known.vectors, axis=1, keepdims=True)
    ids = tuple(AlbumId(int(known.album_ids[place])) for place in only)
    return Truth(ids, unit[only], tuple(known.paths[place] for place in only))


def _fill(folder: Path, albums: int, environment: dict[str, str]) -> list[Path]:
    """Add and index all drawn covers but the guests', whose files are returned."""
    drawn = draw_catalogue(folder, albums=albums + GUESTS)
    drawn.manifest.unlink()
    paths = sorted(drawn.folder.glob("*/*.*"))
    guests: list[Path] = []
    for path in paths[:: len(paths) // GUESTS][:GUESTS]:
        guests.append(path.rename(folder.parent / f"guest-{len(guests)}{path.suffix}"))
    for words in (["db", "upgrade"], ["add", str(folder)], ["index"]):
        subprocess.run([str(SLEEVE), *words], env=environment, check=True, capture_output=True)
    return guests


@contextmanager
def _serving(environment: dict[str, str]) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    command = [str(SLEEVE), "serve", "--port", "0", "--workers", "2"]
    log = Path(environment["SLEEVE_HOME"]).parent / "log"
    with log.open("wb") as errors, subprocess.Popen(command, env=environment, stderr=errors) as process:
        try:
            while not (said := log.read_text()).endswith("\n"):
                time.sleep(0.2)
            address = said.split()[2]
            while httpx.get(f"{address}/readyz", timeout=120).status_code != 200:
                time.sleep(0.2)
            yield process, address
        finally:
            process.terminate()
            process.wait()
            print(f"\nThe last of what the service said:\n{log.read_text()[-2000:]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Metrics and readiness over real HTTP, with one worker and with several."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.command_home import CommandHome
from tests.factories import write_cover, write_covers
from tests.service.http.test_http import problem, similar

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(client: httpx.Client) -> Samples:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_requests_stages_and_the_index_are_counted(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, workers: int
) -> None:
    home = make_home(tmp_path, "sqlite")
    with home.serving("--workers", workers) as address, httpx.Client(base_url=address, timeout=30) as client:
        assert "there is no index yet" in problem(client.get("/readyz"), 503)
        assert value(samples(client), "sleeve_ready") == 0
        write_covers(home.folder / "covers", {"jazz": 5, "rock": 3})
        home.sleeve("add", "covers")
        home.sleeve("index")
        assert client.get("/readyz").json() == {"status": "ok"}
        image = write_cover(home.folder / "q.png", seed=1).read_bytes()
        for _ in range(4):
            assert similar(client, image).status_code == 200
        for _ in range(3):
            assert similar(client, body={"album_id": 2}).status_code == 200
        for number in range(900, 905):
            client.get(f"/api/v1/albums/{number}")
        for path in ("/nowhere", "/nowhere/else", "/%00"):
            client.get(path)
        client.request("BREW", "/healthz")
        found = samples(client)
        counted = {"method": "POST", "route": "/api/v1/similar"}
        assert value(found, "sleeve_requests_total", **counted, status="200") == 7
        assert value(found, "sleeve_request_duration_seconds_count", **counted) == 7
        assert 0 < (value(found, "sleeve_request_duration_seconds_sum", **counted) or 0) < 60
        album = {"method": "GET", "route": "/api/v1/albums/{album_id}", "status": "404"}
        assert value(found, "sleeve_requests_total", **album) == 5
        assert value(found, "sleeve_requests_total", method="GET", route="other", status="404") == 3
        stages = {
            stage: value(found, "sleeve_stage_duration_seconds_count", stage=stage)
            for stage in ("decode", "embed", "search", "rank")
        }
        # A picture is embedded once and searched with once; an album is only searched with.
        assert stages == {"decode": 4, "embed": 4, "search": 7, "rank": 7}
        result = {name: value(found, f"sleeve_{name}") for name in ("albums", "covers", "index_vectors", "ready")}
        assert result == {"albums": 8, "covers": 8, "index_vectors": 8, "ready": 1}
        assert 0 <= (value(found, "sleeve_index_age_seconds") or -1) < 600
        assert value(found, "sleeve_delta_vectors") == value(found, "sleeve_tombstones") == 0
        home.sleeve("remove", "--album", 1)
        assert value(samples(client), "sleeve_tombstones") == 1
        methods = {dict(labels).get("method") for _, labels in found} - {None}
        assert methods <= {"GET", "POST", "other"}

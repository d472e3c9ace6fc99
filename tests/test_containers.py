"""What can be said about the container files without an engine to run them."""

import json
import re
import shlex
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from typer.main import get_command

from service.cli.whole import app

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    return document


@pytest.fixture(scope="module")
def steps() -> list[list[str]]:
    """The Dockerfile's instructions, one a list of words."""
    text = re.sub(r"\\\n", " ", (PROJECT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [line.split() if "CMD" in line or "ENTRYPOINT" in line else shlex.split(line) for line in lines]


@pytest.fixture(params=["pgvector", "milvus"])
def further(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a second file adds to the first: an index that hosts share."""
    document: dict[str, Any] = yaml.safe_load((PROJECT / f"docker-compose.{request.param}.yml").read_text())
    return document


def parsed(command: list[str]) -> tuple[str, dict[str, Any]]:
    """A command line as ``sleeve`` understands it: the path of the command, and its options; nothing is run."""
    found: Any = get_command(app)
    context = found.make_context("sleeve", list(command))
    while rest := [*context._protected_args, *context.args]:
        name, found, rest = found.resolve_command(context, rest)
        context = found.make_context(name, rest, parent=context)
    return context.command_path, context.params


def test_every_command_is_one_that_sleeve_has(compose: dict[str, Any], steps: list[list[str]]) -> None:
    commands = {
        name: parsed(service["command"]) for name, service in compose["services"].items() if "command" in service
    }
    assert {name: path for name, (path, _) in commands.items()} == {
        "migrate": "sleeve db upgrade",
        "service": "sleeve serve",
        "worker": "sleeve index",
    }
    assert commands["worker"][1]["worker"] is True
    assert (commands["service"][1]["host"], commands["service"][1]["port"]) == ("0.0.0.0", 8000)
    assert all("entrypoint" not in service for service in compose["services"].values())
    [entrypoint] = [json.loads(" ".join(step[1:])) for step in steps if step[0] == "ENTRYPOINT"]
    [command] = [json.loads(" ".join(step[1:])) for step in steps if step[0] == "CMD"]
    assert entrypoint == ["sleeve"]
    assert parsed(command)[0] == "sleeve serve"


def test_who_reads_the_catalogue_waits_for_its_schema_and_shares_its_home(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("service", "worker"):
        [migration] = [
            on for on in services[name]["depends_on"] if parsed(services[on]["command"])[0].endswith("upgrade")
        ]
        assert services[name]["depends_on"][migration]["condition"] == "service_completed_successfully"
        assert services[migration]["depends_on"]["database"]["condition"] == "service_healthy"
        assert set(services[name]["volumes"]) == set(services[migration]["volumes"])
    assert "test" in services["database"]["healthcheck"]
    assert "restart" not in services["migrate"], "it has an end"


def test_nothing_is_open_to_the_network_that_was_not_asked_for(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert "privileged" not in service
        if name != "database":
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_there_is_no_default_for_what_must_be_secret(compose: dict[str, Any]) -> None:
    text = (PROJECT / "docker-compose.yml").read_text()
    for name, uses in (("POSTGRES_PASSWORD", 2), ("SLEEVE_API_KEY", 1)):
        required = re.findall(rf"\$\{{{name}:\?[^}}]+\}}", text)
        assert len(required) == uses == text.count(f"${{{name}")
    services = compose["services"]
    assert "SLEEVE_API_KEY" in services["service"]["environment"], "it listens to others"
    assert "ports" not in services["database"]


def test_no_container_takes_all_memory_or_processes(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert re.fullmatch(r"[1-9]g", service["mem_limit"]), name
        assert 0 < service["pids_limit"] <= 1024, name


def test_every_image_has_a_version_and_those_of_others_a_digest(
    compose: dict[str, Any], steps: list[list[str]]
) -> None:
    base, *stages = [step[1] for step in steps if step[0] == "FROM"]
    assert stages == ["python", "python"]
    own = [service["image"] for service in compose["services"].values() if "build" in service]
    others = [service["image"] for service in compose["services"].values() if "build" not in service]
    assert [re.fullmatch(r"sleeve:\d+\.\d+\.\d+", image) is not None for image in own] == [True] * 3
    assert len(others) == 1
    for image in [base, *others]:
        assert re.fullmatch(r"[a-z]+:\d[\w.-]+@sha256:[0-9a-f]{64}", image), image


def test_what_is_copied_is_there_and_reaches_the_build(steps: list[list[str]]) -> None:
    ignored = (PROJECT / ".dockerignore").read_text().splitlines()
    let_in = [line[1:] for line in ignored if line.startswith("!")]
    sources = [word for step in steps if step[0] == "COPY" and "--from=build" not in step for word in step[1:-1]]
    assert {"db", "indexer", "migrations", "service", "sleeve"} <= set(sources)
    for source in sources:
        assert (PROJECT / source).exists(), source
        assert any(fnmatch(source, pattern) for pattern in let_in), source
    assert set(sources) == set(let_in)


def test_it_runs_as_nobody_special_without_pytorch_and_says_whether_it_is_well(steps: list[list[str]]) -> None:
    last_stage = steps[max(number for number, step in enumerate(steps) if step[0] == "FROM") :]
    [user] = [step[1] for step in last_stage if step[0] == "USER"]
    assert int(user) > 0
    [health] = [" ".join(step) for step in last_stage if step[0] == "HEALTHCHECK"]
    assert "/healthz" in health
    assert not any("[train" in word or "torch" in word for step in steps for word in step)
    kinds = [step[0] for step in last_stage]
    assert kinds.index("USER") < kinds.index("ENTRYPOINT")
    assert not any(step[0] == "ADD" for step in steps)


def test_an_index_on_a_server_is_that_of_the_service_and_of_the_worker(
    compose: dict[str, Any], further: dict[str, Any]
) -> None:
    services = further["services"]
    urls = {name: services[name]["environment"]["SLEEVE_INDEX_URL"] for name in ("service", "worker")}
    assert len({*urls.values()}) == 1
    assert all(set(services[name]) <= {"environment", "depends_on"} for name in ("service", "worker"))
    [(name, server)] = [(name, one) for name, one in services.items() if "image" in one]
    assert re.fullmatch(r"[a-z]+/[a-z]+:v?\d[\w.-]+", server["image"]), server["image"]
    assert re.fullmatch(r"[1-9]g", server["mem_limit"])
    assert "ports" not in server
    if urls["service"] == "pgvector":
        assert name == "database", "it takes the place of the PostgreSQL"
        assert "-pg18-" in server["image"], "of the same version, so that it opens the same files"
        assert compose["services"][name]["image"].startswith("postgres:18@")
        return
    address = urlsplit(re.sub(r"\$\{.*?\}", "word", urls["service"]))
    assert (address.scheme, address.username, address.hostname, address.port) == ("milvus", "root", name, 19530)
    for user in ("service", "worker"):
        base = compose["services"][user]["depends_on"]
        assert services[user]["depends_on"] == {**base, name: {"condition": "service_healthy"}}
    assert server["environment"]["COMMON_SECURITY_AUTHORIZATIONENABLED"] == "true"
    assert re.fullmatch(r"\$\{MILVUS_PASSWORD:\?.+\}", server["environment"]["COMMON_SECURITY_DEFAULTROOTPASSWORD"])
    assert all(mount.split(":")[0] in further["volumes"] for mount in server["volumes"])

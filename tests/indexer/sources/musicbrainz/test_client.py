"""The client against hosts that are busy, broken, slow, or cut off."""

from pathlib import Path

import pytest

from indexer.sources.web_services.client import FIRST_WAIT_S, MAX_TRIES
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import Rejection
from tests.indexer.sources.musicbrainz.runs import Time, services_of
from tests.indexer.sources.musicbrainz.stand_in import (
    ARCHIVE,
    ITEMS,
    MIRROR,
    MUSICBRAINZ,
    StandIn,
    picture,
    standing_in,
)

PATH = "/items/0/front"
MAX_BYTES = 10_000


def get(stand_in: StandIn, home: Path, moment: Time, answer_time_s: float = 10) -> bytes:
    client = services_of(stand_in, home, moment, answer_time_s).client
    return client.get(stand_in.base(ITEMS) + PATH, MAX_BYTES).body


def long_waits(moment: Time) -> list[float]:
    return [wait for wait in moment.waits_s if wait > 0.5]


@pytest.mark.parametrize(
    ("faults", "waits_s"),
    [
        (["503"], [FIRST_WAIT_S]),
        (["429", "500", "502", "504"], [2, 4, 8, 16]),
        (["retry after 17"], [17]),
        (["retry after soon", "retry after 3"], [2, 3]),
        (["cut"], [2]),
    ],
    ids=["busy", "four kinds of trouble", "says how long", "says nonsense", "cut off"],
)
def test_what_passes_is_waited_for(tmp_path: Path, faults: list[str], waits_s: list[float]) -> None:
    with standing_in(groups=1) as stand_in:
        stand_in.faults[PATH].extend(faults)
        moment = Time()
        assert get(stand_in, tmp_path, moment) == picture(0, False)
    assert long_waits(moment) == waits_s


def test_a_date_to_come_back_at_is_kept(tmp_path: Path) -> None:
    with standing_in(groups=1) as stand_in:
        stand_in.faults[PATH].append("retry after Thu, 01 Jan 1970 00:00:00 GMT")
        moment = Time()
        get(stand_in, tmp_path, moment)
        assert long_waits(moment) == []
        stand_in.faults["/items/1/front"].append("retry after Fri, 31 Dec 9999 23:59:59 GMT")
        with pytest.raises(SourceError, match="asks to be left alone for"):
            services_of(stand_in, tmp_path, Time()).client.get(f"{stand_in.base(ITEMS)}/items/1/front", MAX_BYTES)


def test_asking_without_an_answer_ends(tmp_path: Path) -> None:
    with standing_in(groups=1) as stand_in:
        stand_in.faults[PATH].extend(["503"] * 99)
        moment = Time()
        with pytest.raises(SourceError, match=f"did not answer {MAX_TRIES} requests: the answer is 503"):
            get(stand_in, tmp_path, moment)
        assert len(stand_in.log) == MAX_TRIES
    assert long_waits(moment) == [2, 4, 8, 16]


def test_a_dripping_answer_is_left_and_asked_for_again(tmp_path: Path) -> None:
    with standing_in(groups=1) as stand_in:
        stand_in.faults[PATH].append("slow")
        assert get(stand_in, tmp_path, Time(), answer_time_s=0.5) == picture(0, False)
        assert len(stand_in.log) == 2


def test_broken_json_is_asked_for_again_and_never_kept(tmp_path: Path) -> None:
    path = "/ws/2/release-group/00000000-0000-0000-0000-000000000000"
    with standing_in(groups=2) as stand_in:
        stand_in.faults[path].extend(["broken"] * 2)
        client = services_of(stand_in, tmp_path, Time()).client
        found = client.json(stand_in.base(MUSICBRAINZ) + path)
        assert found is not None
        assert found["title"] == "Title 0"
        stand_in.faults[f"{path[:-1]}1"].extend(["broken"] * MAX_TRIES)
        with pytest.raises(SourceError, match="broken JSON"):
            client.json(stand_in.base(MUSICBRAINZ) + path[:-1] + "1")
        assert client.json(stand_in.base(MUSICBRAINZ) + path[:-1] + "1") is not None
        assert client.json(stand_in.base(MUSICBRAINZ) + path[:-1] + "2") is None


def test_redirects_are_followed_to_the_mirror_and_kept_an_hour(tmp_path: Path) -> None:
    url = f"/release-group/{'0' * 8}-0000-0000-0000-{'0' * 12}/front-500"
    with standing_in(groups=1) as stand_in:
        for day in (0.0, 0.03, 0.05):
            client = services_of(stand_in, tmp_path, Time(day=day)).client
            assert client.get(stand_in.base(ARCHIVE) + url, MAX_BYTES).body == picture(0, False)
    hosts = [line.host for line in stand_in.log]
    assert hosts == [ARCHIVE, MIRROR, ITEMS, ARCHIVE, MIRROR]


def test_an_old_answer_is_asked_after_with_conditions(tmp_path: Path) -> None:
    with standing_in(groups=1) as stand_in:
        for day in (0, 0.9, 1.1, 2.0, 2.2):
            assert get(stand_in, tmp_path, Time(day=day)) == picture(0, False)
        assert [line.status for line in stand_in.log] == [200, 304, 304]
        conditions = stand_in.log[1].headers
    assert conditions["If-None-Match"] == '"0front"'
    assert conditions["If-Modified-Since"] == "Sun, 09 Sep 2001 01:46:40 GMT"


def test_a_damaged_answer_on_disk_is_asked_for_again(tmp_path: Path) -> None:
    with standing_in(groups=1) as stand_in:
        get(stand_in, tmp_path, Time())
        [file] = [file for file in tmp_path.rglob("*") if file.is_file()]
        for damage in (file.read_bytes()[:-1], b"", b"\xff\n", b"[]\n", b"{}\n"):
            file.write_bytes(damage)
            assert get(stand_in, tmp_path, Time()) == picture(0, False)
        assert [line.status for line in stand_in.log] == [200] * 6


@pytest.mark.parametrize(
    ("location", "reason"),
    [("ftp://x/y", Rejection.FORBIDDEN_URL), ("http://me:pw@x/", Rejection.FORBIDDEN_URL)],
)
def test_redirects_keep_the_rules_of_remote_images(tmp_path: Path, location: str, reason: Rejection) -> None:
    class Leading(StandIn):
        def answer(self, host: str, path: str, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
            return 307, b"", {"Location": location}

    with standing_in(groups=1) as stand_in:
        stand_in.__class__ = Leading
        with pytest.raises(FileRejectedError) as refusal:
            get(stand_in, tmp_path, Time())
    assert refusal.value.reason is reason


def test_more_bytes_than_permitted_are_refused_at_once(tmp_path: Path) -> None:
    with standing_in(groups=1) as stand_in:
        with pytest.raises(FileRejectedError) as refusal:
            services_of(stand_in, tmp_path, Time()).client.get(stand_in.base(ITEMS) + PATH, 100)
        assert len(stand_in.log) == 1
    assert refusal.value.reason is Rejection.TOO_MANY_BYTES

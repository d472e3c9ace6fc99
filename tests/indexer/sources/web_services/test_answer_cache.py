import os
from pathlib import Path

from indexer.sources.remote_image import Answer
from indexer.sources.web_services.answer_cache import KEPT_S, AnswerCache, CachedAnswer

NOW_S = 2e9


def test_old_answers_go_and_what_is_no_answer_stays(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path, NOW_S)
    for url in ("https://a.example/", "https://b.example/"):
        cache.put(url, CachedAnswer(Answer(200, {}, b"body"), NOW_S))
    old, young = sorted(path for path in tmp_path.glob("*/*"))
    half_written = old.parent / f".{'0' * 32}.part"
    own = [old.parent / "notes.txt", tmp_path / "jazz" / "blue.jpg"]
    for path in (half_written, *own):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"the user's")
    for path in (old, half_written, *own):
        os.utime(path, (NOW_S - KEPT_S - 1,) * 2)
    os.utime(young, (NOW_S,) * 2)
    AnswerCache(tmp_path, NOW_S)
    assert set(tmp_path.glob("*/*")) == {young, *own}
    assert [path.read_bytes() for path in own] == [b"the user's"] * 2

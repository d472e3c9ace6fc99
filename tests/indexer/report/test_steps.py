import pytest

from indexer.progress import Silent
from indexer.report.steps import Steps
from sleeve.errors import TrainingError


def _too_little() -> int:
    raise TrainingError("only jazz has 2 or more albums")


def test_a_step_may_wait_for_an_earlier_one_and_too_little_leaves_a_note() -> None:
    steps = Steps(1, Silent())
    first = steps.add("one", lambda: 20)
    second = steps.add("two", lambda: (first.result() or 0) + 1)
    nothing = steps.add("three", _too_little)
    steps.run()
    assert (first.result(), second.result(), nothing.result()) == (20, 21, None)
    assert steps.notes == ["three is left out: only jazz has 2 or more albums."]
    assert set(steps.seconds) == {"one", "two", "three"}


def test_any_other_error_is_raised_and_what_waits_for_it_ends() -> None:
    steps = Steps(2, Silent())
    first = steps.add("one", lambda: 1 // 0)
    steps.add("two", first.result)
    with pytest.raises(ZeroDivisionError):
        steps.run()

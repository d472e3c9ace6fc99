"""A job is one public function that takes a Home and a Progress, so that whatever runs it can run any of them."""

import inspect
import pkgutil
from importlib import import_module

import pytest

from indexer import jobs
from indexer.home import Home
from indexer.progress import Progress

MODULES = sorted(module.name for module in pkgutil.iter_modules(jobs.__path__) if module.name != "running")


@pytest.mark.parametrize("name", MODULES)
def test_a_job_is_one_public_function_of_a_home_and_a_progress(name: str) -> None:
    module = import_module(f"{jobs.__name__}.{name}")
    own = inspect.getmembers(module, lambda item: inspect.isfunction(item) and item.__module__ == module.__name__)
    [job] = [function for called, function in own if not called.startswith("_")]
    signature = inspect.signature(job)
    assert [parameter.annotation for parameter in signature.parameters.values()][:2] == [Home, Progress]
    assert signature.return_annotation not in {inspect.Signature.empty, None}

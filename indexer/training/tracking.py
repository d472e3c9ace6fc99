"""Where a training run is written down: nowhere, or in MLflow."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from sleeve.errors import TrainingError, first_line

_FEW_RETRIES = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
"""By itself MLflow asks a server that is away for four minutes, each time."""

_log = logging.getLogger(__name__)


class Tracker(Protocol):
    """What training reports; a tracker keeps it."""

    def run(self, name: str) -> AbstractContextManager[object]:
        """Everything reported inside belongs to one run."""
        ...

    def parameters(self, values: Mapping[str, str | float | int]) -> None:
        """The recipe and what it met."""
        ...

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        """Numbers of one epoch."""
        ...

    def document(self, name: str, content: Mapping[str, object]) -> None:
        """A JSON document, such as the confusion matrix."""
        ...

    def files(self, folder: Path, name: str) -> None:
        """A folder of files, such as the bundle."""
        ...


class NoTracking:
    """Keeps nothing."""

    def run(self, name: str) -> AbstractContextManager[object]:
        return nullcontext()

    def parameters(self, values: Mapping[str, str | float | int]) -> None:
        pass

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        pass

    def document(self, name: str, content: Mapping[str, object]) -> None:
        pass

    def files(self, folder: Path, name: str) -> None:
        pass


class MlflowTracker:
    """Keeps runs in MLflow.

    Args:
        folder: where runs are kept while ``uri`` is empty.
        uri: a tracking server or store; empty for ``MLFLOW_TRACKING_URI``, and files in ``folder`` without that.

    Raises:
        TrainingError: MLflow is not installed, or its store cannot be opened.
    """

    def __init__(self, folder: Path, uri: str = "", experiment: str = "sleeve") -> None:
        # Read once, when MLflow is imported; its own message on every new experiment would break the progress bar.
        os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
        for name, value in _FEW_RETRIES.items():
            os.environ.setdefault(name, value)
        try:
            import mlflow
        except ModuleNotFoundError as error:
            raise TrainingError("MLflow is not installed: `make dev` installs it; or train without tracking") from error
        self._mlflow = mlflow
        uri = uri or os.environ.get("MLFLOW_TRACKING_URI", "")
        if not uri:
            folder.mkdir(parents=True, exist_ok=True)
            uri = folder.resolve().as_uri()
        if "://" not in uri or uri.startswith("file:"):
            # MLflow's slim package has no SQL store, and asks for this word before it opens its files.
            os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
        try:
            mlflow.set_tracking_uri(uri)
            mlflow.set_experiment(experiment)
        except (mlflow.exceptions.MlflowException, OSError) as error:
            raise TrainingError(f"MLflow cannot use {uri}: {first_line(error)}") from error

    @contextmanager
    def run(self, name: str) -> Iterator[None]:
        """A run of this name. What MLflow does not take in is lost, and said once for each thing; training goes on."""
        self._keep("the run", lambda: self._mlflow.start_run(run_name=name))
        status = "FAILED"
        try:
            yield
            status = "FINISHED"
        finally:
            self._keep("the end of the run", lambda: self._mlflow.end_run(status))

    def parameters(self, values: Mapping[str, str | float | int]) -> None:
        self._keep("the parameters", lambda: self._mlflow.log_params(dict(values)))

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        self._keep(f"the measures of step {step}", lambda: self._mlflow.log_metrics(dict(values), step=step))

    def document(self, name: str, content: Mapping[str, object]) -> None:
        self._keep(name, lambda: self._mlflow.log_dict(dict(content), name))

    def files(self, folder: Path, name: str) -> None:
        self._keep(name, lambda: self._mlflow.log_artifacts(str(folder), name))

    def _keep(self, what: str, send: Callable[[], object]) -> None:
        try:
            send()
        except (self._mlflow.exceptions.MlflowException, OSError) as error:
            _log.warning("MLflow does not keep %s: %s", what, first_line(error))

"""Where a training run is written down: nowhere, or in MLflow."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from sleeve.errors import TrainingError, first_line


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

    def run(self, name: str) -> AbstractContextManager[object]:
        run: AbstractContextManager[object] = self._mlflow.start_run(run_name=name)
        return run

    def parameters(self, values: Mapping[str, str | float | int]) -> None:
        self._mlflow.log_params(dict(values))

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        self._mlflow.log_metrics(dict(values), step=step)

    def document(self, name: str, content: Mapping[str, object]) -> None:
        self._mlflow.log_dict(dict(content), name)

    def files(self, folder: Path, name: str) -> None:
        self._mlflow.log_artifacts(str(folder), name)

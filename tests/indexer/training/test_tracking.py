"""A run sent to MLflow can be read back from its store."""

import json
import socket
from pathlib import Path

import pytest

from indexer.training.tracking import MlflowTracker, NoTracking
from sleeve.errors import TrainingError

mlflow = pytest.importorskip("mlflow")


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")


def test_the_environment_names_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", (tmp_path / "elsewhere").as_uri())
    with MlflowTracker(tmp_path / "runs").run("any"):
        pass
    assert (tmp_path / "elsewhere").is_dir()
    assert not (tmp_path / "runs").exists()


def test_mlflow_keeps_parameters_metrics_documents_and_files(tmp_path: Path) -> None:
    own = tmp_path / "runs" / "notes.txt"
    own.parent.mkdir()
    own.write_text("the user's")
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "model.onnx").write_bytes(b"weights")
    tracker = MlflowTracker(tmp_path / "runs")
    with tracker.run("resnet18"):
        tracker.parameters({"epochs": 3, "architecture": "resnet18"})
        tracker.metrics({"accuracy": 0.5}, 1)
        tracker.metrics({"accuracy": 0.75}, 2)
        tracker.document("confusion.json", {"rock": [3, 1]})
        tracker.files(bundle, "bundle")
    [run] = mlflow.search_runs(experiment_names=["sleeve"], output_format="list")
    assert run.data.params == {"epochs": "3", "architecture": "resnet18"}
    client = mlflow.MlflowClient()
    assert [point.value for point in client.get_metric_history(run.info.run_id, "accuracy")] == [0.5, 0.75]
    kept = Path(run.info.artifact_uri.removeprefix("file://"))
    assert json.loads((kept / "confusion.json").read_text()) == {"rock": [3, 1]}
    assert (kept / "bundle" / "model.onnx").read_bytes() == b"weights"
    assert run.info.status == "FINISHED"
    assert own.read_text() == "the user's"


def test_a_server_that_goes_away_costs_nothing_but_what_it_would_have_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> None:
        raise mlflow.exceptions.MlflowException("Connection refused")

    tracker = MlflowTracker(tmp_path / "runs")
    with tracker.run("resnet18"), monkeypatch.context() as patch:
        patch.setattr(mlflow, "log_metrics", away)
        tracker.metrics({"accuracy": 0.5}, 1)
        patch.undo()
        tracker.metrics({"accuracy": 0.75}, 2)
        patch.setattr(mlflow, "log_artifacts", away)
        tracker.files(tmp_path, "bundle")
    said = [record.getMessage() for record in caplog.records if record.name == "indexer.training.tracking"]
    assert said == [
        "MLflow does not keep the measures of step 1: Connection refused",
        "MLflow does not keep bundle: Connection refused",
    ]
    [run] = mlflow.search_runs(experiment_names=["sleeve"], output_format="list")
    assert (run.data.metrics, run.info.status) == ({"accuracy": 0.75}, "FINISHED")


def test_a_server_that_is_away_at_the_start_is_one_line_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TrainingError, match=f"MLflow cannot use http://127.0.0.1:{port}: "):
        MlflowTracker(tmp_path, uri=f"http://127.0.0.1:{port}")


def test_a_store_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="MLflow cannot use"):
        MlflowTracker(tmp_path, uri="nosuchscheme://somewhere")


def test_no_tracking_takes_anything(tmp_path: Path) -> None:
    tracker = NoTracking()
    with tracker.run("any"):
        tracker.parameters({"epochs": 3})
        tracker.metrics({"accuracy": 1.0}, 1)
        tracker.document("a.json", {})
        tracker.files(tmp_path, "bundle")
    assert not list(tmp_path.iterdir())

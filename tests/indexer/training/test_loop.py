"""Fine-tuning a tiny tower on made-up covers: it learns, it goes on after a kill, it says what is wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from indexer.training.architectures import build_tower
from indexer.training.checkpoints import CHECKPOINT_FILE
from indexer.training.loop import TrainedModel, TrainingProgress, fine_tune
from indexer.training.recipe import Recipe
from indexer.training.samples import LabelledCover, load_pixels
from indexer.training.validation import to_input
from sleeve.errors import TrainingError

TINY = Recipe(
    architecture="test_resnet",
    frozen_stages=1,
    artwork_dimension=8,
    principal_dimension=6,
    genre_dimension=4,
    epochs=3,
    image_size_px=40,
    inference_size_px=40,
    batch_covers=8,
    queue_covers=16,
    learning_rate=1e-3,
    projection_learning_rate=5e-3,
    average_decay=0.8,
    least_covers=5,
)


@pytest.fixture(scope="module")
def trained(covers: list[LabelledCover], tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    return fine_tune(covers, TINY, folder=tmp_path_factory.mktemp("run"))


def weights(model: TrainedModel) -> torch.Tensor:
    return torch.cat([parameter.flatten() for parameter in model.network.parameters()])


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_vectors_hold_the_artwork_and_a_number_a_genre_with_a_constant(
    trained: TrainedModel, covers: list[LabelledCover]
) -> None:
    network = trained.network
    images = to_input(load_pixels(covers, 40), trained.tower, torch.device("cpu"))
    with torch.inference_mode():
        vectors = network(images).numpy()
        last, style = network.trained.tower(images)
        learned = network.trained.artwork(
            network.trained.centre(torch.cat([last, style], 1))[:, : last.shape[1]]
        ).numpy()
        features, before = network.untuned(images)
        principal = network.principal(features).numpy()
        genre = network.genre((before - network.style_mean) / network.style_deviation).numpy()
    artwork = unit(np.concatenate([unit(learned), TINY.principal_length * unit(principal)], axis=1))
    of_genre = unit(np.concatenate([genre, np.ones_like(genre[:, :1])], axis=1))
    whole = unit(np.concatenate([artwork, TINY.genre_length * of_genre], axis=1))
    assert np.allclose(vectors, whole, atol=1e-5)
    assert 1 <= principal.shape[1] <= TINY.principal_dimension
    assert network.genre_dimensions == of_genre.shape[1] == 3
    labelled = [number for number in trained.split.training if covers[number].genres]
    said = [trained.genres[answer] for answer in genre[labelled].argmax(axis=1)]
    assert np.mean([covers[number].genres == (name,) for number, name in zip(labelled, said, strict=True)]) >= 0.9


@pytest.mark.slow
def test_two_colours_are_learned(covers: list[LabelledCover], tmp_path: Path) -> None:
    model = fine_tune(covers, replace(TINY, epochs=6), folder=tmp_path)
    assert model.genres == ("jazz", "rock")
    assert model.scores.accuracy >= 0.8


def test_frozen_stages_and_norm_statistics_stay(trained: TrainedModel) -> None:
    torch.manual_seed(TINY.seed)
    before = build_tower(TINY.architecture).module.state_dict()
    after = trained.network.trained.tower.module.state_dict()
    moved = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert not {name for name in moved if name.startswith("conv1.") or "running" in name}
    assert any(name.startswith("layer4.") for name in moved)
    untuned = trained.network.untuned.module.state_dict()
    assert all(torch.equal(value, before[name]) for name, value in untuned.items())


@pytest.mark.slow
def test_going_on_after_a_kill_gives_the_same_weights(
    covers: list[LabelledCover], trained: TrainedModel, tmp_path: Path
) -> None:
    class KilledError(Exception):
        pass

    def kill_in_the_second_epoch(progress: TrainingProgress) -> None:
        if progress.epoch == 2 and progress.scores is None:
            raise KilledError

    with pytest.raises(KilledError):
        fine_tune(covers, TINY, folder=tmp_path, progress=kill_in_the_second_epoch)
    torch.manual_seed(99)
    steps: list[int] = []
    resumed = fine_tune(covers, TINY, folder=tmp_path, resume=True, progress=lambda seen: steps.append(seen.step))
    per_epoch = steps[-1] // 3
    assert steps[0] == per_epoch + 1
    assert torch.allclose(weights(resumed), weights(trained), atol=1e-6)
    assert resumed.scores == trained.scores


@pytest.mark.slow
def test_a_finished_run_is_not_trained_again(
    covers: list[LabelledCover], tmp_path: Path, trained: TrainedModel
) -> None:
    first = fine_tune(covers, TINY, folder=tmp_path)
    result: list[TrainingProgress] = []
    again = fine_tune(covers, TINY, folder=tmp_path, resume=True, progress=result.append)
    assert not result
    assert torch.equal(weights(first), weights(again))


def test_progress_counts_every_step_and_ends_at_nothing_left(covers: list[LabelledCover], tmp_path: Path) -> None:
    result: list[TrainingProgress] = []
    fine_tune(covers, TINY, folder=tmp_path, progress=result.append)
    steps = [one.step for one in result if one.scores is None]
    assert steps == list(range(1, result[-1].steps + 1))
    assert [one.epoch for one in result if one.scores is not None] == [1, 2, 3]
    assert result[-1].seconds_left == 0


def test_patience_ends_a_run_that_gets_no_better(covers: list[LabelledCover], tmp_path: Path) -> None:
    unmoving = replace(TINY, epochs=9, patience_epochs=1, learning_rate=1e-12, projection_learning_rate=1e-12)
    model = fine_tune(covers, unmoving, folder=tmp_path)
    assert model.epochs < 9


@pytest.mark.parametrize("damage", [b"", b"not a checkpoint", None])
def test_a_damaged_checkpoint_is_one_clear_line(
    covers: list[LabelledCover], tmp_path: Path, damage: bytes | None
) -> None:
    fine_tune(covers, replace(TINY, epochs=1), folder=tmp_path)
    path = tmp_path / CHECKPOINT_FILE
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if damage is None else damage)
    with pytest.raises(TrainingError, match="is damaged: delete it and train from the start"):
        fine_tune(covers, TINY, folder=tmp_path, resume=True)


def test_a_file_that_is_no_checkpoint_is_not_written_over(covers: list[LabelledCover], tmp_path: Path) -> None:
    own = tmp_path / "checkpoint.pt"
    own.write_bytes(b"the user's")
    with pytest.raises(TrainingError, match="delete it and train from the start"):
        fine_tune(covers, TINY, folder=tmp_path)
    assert own.read_bytes() == b"the user's"


def test_a_checkpoint_of_another_recipe_is_refused(covers: list[LabelledCover], tmp_path: Path) -> None:
    fine_tune(covers, replace(TINY, epochs=1), folder=tmp_path)
    with pytest.raises(TrainingError, match="another recipe"):
        fine_tune(covers, TINY, folder=tmp_path, resume=True)


def test_too_few_covers_for_a_batch(covers: list[LabelledCover], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="do not fill a batch of 64"):
        fine_tune(covers, replace(TINY, batch_covers=64), folder=tmp_path)


def test_more_frozen_stages_than_there_are(covers: list[LabelledCover], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="frozen_stages must be between 0 and"):
        fine_tune(covers, replace(TINY, frozen_stages=50), folder=tmp_path)


def test_a_recipe_that_cannot_be(covers: list[LabelledCover]) -> None:
    with pytest.raises(TrainingError, match="validation_share must be between 0 and 1, not 1"):
        replace(TINY, validation_share=1)
    with pytest.raises(TrainingError, match="batch_covers must be 2 or more"):
        replace(TINY, batch_covers=1)
    with pytest.raises(TrainingError, match="epochs must be above 0"):
        replace(TINY, epochs=0)

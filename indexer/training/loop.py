"""Fine-tuning: covers and a recipe in, a network out; killed at any moment it goes on from its last epoch."""

import copy
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from indexer.progress import chunks
from indexer.training.architectures import Tower, build_tower, freeze, parameters_of
from indexer.training.batches import PairBatch, epoch_batches, steps_per_epoch
from indexer.training.checkpoints import load_checkpoint, save_checkpoint
from indexer.training.depthwise import quicken_depthwise
from indexer.training.embedding_network import EmbeddingNetwork, ServedNetwork
from indexer.training.genre_projection import fit_genre_projection
from indexer.training.hardware import Hardware, Workers, find_hardware, workers_of
from indexer.training.losses import artwork_contrastive, genre_cross_entropy, supervised_contrastive
from indexer.training.principal_projection import fit_principal_projection
from indexer.training.recipe import Recipe
from indexer.training.samples import LabelledCover, Split, learnable_genres, load_pixels, split_by_group, targets
from indexer.training.tapped_tower import TappedTower
from indexer.training.tower_pass import TowerPass
from indexer.training.tracking import NoTracking, Tracker
from indexer.training.validation import ValidationScores, to_input, validate
from indexer.training.views import photo_view
from sleeve.errors import TrainingError

_FEATURES_TO_START_FROM = 3000

_VIEWS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """How far a run is; ``scores`` only at the end of an epoch, ``loss`` the mean since its beginning."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    views_per_s: float
    seconds_left: float
    scores: ValidationScores | None = None


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What a run found: the averaged weights of its best epoch, with what was fitted to the untuned tower.

    Args:
        scores: of the epoch kept, on the validation side of ``split``.
        confusion: (g, g) counts of the same covers: rows are true genres, columns the classifier's answers.
        epochs: how many ran, before a stop for want of progress or the end.
    """

    network: ServedNetwork
    tower: Tower
    genres: tuple[str, ...]
    split: Split
    recipe: Recipe
    scores: ValidationScores
    confusion: NDArray[np.int64]
    epochs: int


def fine_tune(
    samples: Sequence[LabelledCover],
    recipe: Recipe,
    *,
    folder: Path,
    resume: bool = False,
    progress: Callable[[TrainingProgress], None] | None = None,
    tracker: Tracker | None = None,
) -> TrainedModel:
    """Train a tower and its projection; the folder keeps the checkpoint.

    Args:
        resume: go on from the folder's checkpoint if there is one; otherwise it is overwritten, if it is Sleeve's.
        tracker: called inside a run that the caller opened, so that its bundle can join it.

    Raises:
        TrainingError: the covers, the recipe or the checkpoint do not allow it.
    """
    genres = learnable_genres(samples, recipe.least_covers)
    split = split_by_group(samples, recipe.validation_share, recipe.seed)
    if steps_per_epoch(split.training, recipe.batch_covers) == 0:
        raise TrainingError(f"{len(split.training)} training covers do not fill a batch of {recipe.batch_covers}")
    if not resume:
        load_checkpoint(folder)
    tracker = tracker or NoTracking()
    tracker.parameters({**asdict(recipe), "covers": len(samples), "training_covers": len(split.training)})
    torch.manual_seed(recipe.seed)
    tower = build_tower(recipe.architecture, recipe.weights)
    hardware = find_hardware(tower.module)
    with workers_of(hardware) as workers:
        run = _Run(samples, recipe, genres, split, tower, hardware, workers)
        if resume:
            run.restore(folder)
        if run.epoch == 0:
            run.start()
        while not run.is_over():
            scores = run.learn_epoch(progress)
            tracker.metrics({**asdict(scores), "loss": run.loss}, run.epoch)
            save_checkpoint(folder, run.state())
        model = run.result()
    tracker.document("confusion.json", {"genres": list(genres), "counts": model.confusion.tolist()})
    return model


class _Run:
    """Everything that changes while training, so that it can be saved and brought back in one piece."""

    def __init__(
        self,
        samples: Sequence[LabelledCover],
        recipe: Recipe,
        genres: tuple[str, ...],
        split: Split,
        tower: Tower,
        hardware: Hardware,
        workers: Workers,
    ) -> None:
        self.recipe, self.genres, self.split, self.tower = recipe, genres, split, tower
        self.hardware, self.workers, self.device = hardware, workers, hardware.device
        self.identity = _identity(samples, recipe)
        self.pixels = load_pixels(samples)
        self.targets = targets(samples, genres)
        names = {name: number for number, name in enumerate(sorted({sample.group for sample in samples}))}
        self.groups = torch.tensor([names[sample.group] for sample in samples])
        self.covers = [Image.fromarray(self.pixels[number]) for number in split.validation]
        if self.tower.fixed_size_px and recipe.image_size_px != self.tower.fixed_size_px:
            raise TrainingError(f"{recipe.architecture} takes images of {self.tower.fixed_size_px} px only")
        freeze(self.tower.stages, recipe.frozen_stages)
        untuned = copy.deepcopy(self.tower)
        self.untuned = TappedTower(
            untuned.module, untuned.taps, untuned.peaks, untuned.fixed_size_px or recipe.inference_size_px
        ).to(self.device)
        if self.device.type == "cpu":
            quicken_depthwise(self.tower.module)
        network = EmbeddingNetwork(self.tower, recipe, len(genres))
        self.network = network.to(self.device)
        for parameter in self.network.parameters():
            if parameter.ndim == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).eval()
        self.tower_pass = TowerPass(self.network, self.tower, hardware, workers)
        steps = steps_per_epoch(split.training, recipe.batch_covers)
        self.steps = steps * recipe.epochs
        self.optimizer = torch.optim.AdamW(_parameter_groups(self.network, self.tower, recipe), fused=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer,
            [float(group["lr"]) for group in self.optimizer.param_groups],
            total_steps=self.steps,
            pct_start=recipe.warm_up_share,
            div_factor=10,
            final_div_factor=100,
        )
        self.queue = torch.zeros(recipe.queue_covers, recipe.artwork_dimension, device=self.device)
        self.queue_groups = torch.full((recipe.queue_covers,), -1, device=self.device)
        prior = self.targets[list(split.training)].sum(0)
        self.log_prior = recipe.prior_strength * torch.from_numpy(np.log((prior + 1) / (prior + 1).sum())).to(
            self.device
        )
        self.epoch, self.step, self.loss = 0, 0, 0.0
        self.best_epoch, self.best_scores = 0, ValidationScores(0, 0, 0, 0)
        self.best_confusion = np.zeros((len(genres), len(genres)), np.int64)
        self.best = copy.deepcopy(self.average.state_dict())

    def start(self) -> None:
        """Let the artwork part begin from what the tower already knows of the training covers."""
        chosen = np.random.default_rng(self.recipe.seed).permutation(self.split.training)[:_FEATURES_TO_START_FROM]
        views = (Image.fromarray(self.pixels[number]) for number in chosen)
        self.network.start_from(self._read(self.network.eval().features, views, self.recipe.image_size_px))
        self.average.load_state_dict(self.network.state_dict())

    def learn_epoch(self, progress: Callable[[TrainingProgress], None] | None) -> ValidationScores:
        """One pass over the training covers, then the averaged weights' scores."""
        self.network.train()
        recipe, began, total = self.recipe, time.perf_counter(), 0.0
        batches = epoch_batches(
            self.pixels,
            self.split.training,
            batch_covers=recipe.batch_covers,
            size_px=recipe.image_size_px,
            seed=recipe.seed,
            epoch=self.epoch,
        )
        for number, batch in enumerate(batches, start=1):
            with self.hardware.precision():
                total += self._learn(batch)
            self.loss = total / number
            if progress is not None:
                progress(self._progress(number, began))
        self.epoch += 1
        wanted = self.targets[list(self.split.validation)]
        size_px = self.tower.fixed_size_px or recipe.inference_size_px
        scores, table = validate(self.average, self.tower, self.covers, wanted, size_px, self.workers)
        if self.best_epoch == 0 or scores.overall > self.best_scores.overall:
            self.best_epoch, self.best_scores, self.best_confusion = self.epoch, scores, table
            self.best = copy.deepcopy(self.average.state_dict())
        if progress is not None:
            progress(self._progress(number, began, scores))
        return scores

    def is_over(self) -> bool:
        """All epochs ran, or the last few brought nothing."""
        return self.epoch >= self.recipe.epochs or self.epoch - self.best_epoch >= self.recipe.patience_epochs

    def result(self) -> TrainedModel:
        """The best epoch's averaged weights, with what the untuned tower makes of the training covers."""
        self.average.load_state_dict(self.best)
        return TrainedModel(
            network=self._served(),
            tower=self.tower,
            genres=self.genres,
            split=self.split,
            recipe=self.recipe,
            scores=self.best_scores,
            confusion=self.best_confusion,
            epochs=self.epoch,
        )

    def state(self) -> dict[str, Any]:
        """All that ``restore`` needs."""
        return {
            "run": self.identity,
            "epoch": self.epoch,
            "step": self.step,
            "loss": self.loss,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "best": self.best,
            "best_epoch": self.best_epoch,
            "best_scores": asdict(self.best_scores),
            "best_confusion": torch.from_numpy(self.best_confusion),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "queue": self.queue,
            "queue_groups": self.queue_groups,
            "random": torch.get_rng_state(),
            "random_of_gpus": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else [],
        }

    def restore(self, folder: Path) -> None:
        """Go on from the folder's checkpoint, if it has one.

        Raises:
            TrainingError: it is damaged, or of other covers or another recipe.
        """
        state = load_checkpoint(folder)
        if state is None:
            return
        if state["run"] != self.identity:
            raise TrainingError(
                f"the checkpoint in {folder} is of other covers or another recipe: train without resuming"
            )
        try:
            self.network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.schedule.load_state_dict(state["schedule"])
            self.queue, self.queue_groups = state["queue"].to(self.device), state["queue_groups"].to(self.device)
            self.epoch, self.step, self.loss = state["epoch"], state["step"], state["loss"]
            self.best, self.best_epoch = state["best"], state["best_epoch"]
            self.best_scores = ValidationScores(**state["best_scores"])
            self.best_confusion = state["best_confusion"].numpy()
            torch.set_rng_state(state["random"])
            if self.device.type == "cuda":
                torch.cuda.set_rng_state_all(state["random_of_gpus"])
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise TrainingError(f"the checkpoint in {folder} is damaged: delete it and train from the start") from error

    def _learn(self, batch: PairBatch) -> float:
        features = self.tower_pass.features(batch.images)
        with self.hardware.forward():
            artwork, genre = self.network.parts(features)
            logits = self.network.logits(genre)
        loss = self._loss(batch.numbers, artwork.float(), genre.float(), logits.float())
        if not torch.isfinite(loss):
            raise TrainingError("the loss is no longer a number: train with a lower learning_rate")
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        assert features.grad is not None  # both parts read them
        self.tower_pass.backward(features.grad)
        nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.gradient_norm)
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        self._follow()
        return float(loss.detach())

    def _loss(
        self, numbers: NDArray[np.int64], artwork: torch.Tensor, genre: torch.Tensor, logits: torch.Tensor
    ) -> torch.Tensor:
        recipe, count = self.recipe, len(numbers)
        wanted = torch.from_numpy(self.targets[numbers]).to(self.device)
        groups = self.groups[numbers].to(self.device)
        labels = torch.where(wanted.amax(1) == 1, wanted.argmax(1), -1)
        clean = genre_cross_entropy(logits[:count], wanted, recipe.label_smoothing, self.log_prior)
        photo = genre_cross_entropy(logits[count:], wanted, recipe.label_smoothing, self.log_prior)
        near = supervised_contrastive(
            genre, labels.repeat(2), torch.from_numpy(numbers).to(self.device).repeat(2), recipe.neighbour_temperature
        )
        found = artwork_contrastive(
            artwork[count:], artwork[:count], groups, self.queue, self.queue_groups, recipe.artwork_temperature
        )
        self._enqueue(artwork[:count].detach(), groups)
        return (
            clean + recipe.photo_genre_weight * photo + recipe.neighbour_weight * near + recipe.artwork_weight * found
        )

    def _enqueue(self, covers: torch.Tensor, groups: torch.Tensor) -> None:
        self.queue = torch.cat([covers, self.queue])[: len(self.queue)]
        self.queue_groups = torch.cat([groups, self.queue_groups])[: len(self.queue_groups)]

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the averaged weights a step towards the network's; at first in longer steps, to forget the start."""
        decay = min(self.recipe.average_decay, (1 + self.step) / (10 + self.step))
        kept: list[torch.Tensor] = [*self.average.parameters()]
        fresh: list[torch.Tensor] = [*self.network.parameters()]
        torch._foreach_lerp_(kept, fresh, 1 - decay)
        for followed, leading in zip(self.average.buffers(), self.network.buffers(), strict=True):
            followed.copy_(leading)

    def _read(
        self, read: Callable[[torch.Tensor], torch.Tensor], views: Iterable[Image.Image], size_px: int
    ) -> NDArray[np.float32]:
        """(n, w), what is read of views squeezed to ``size_px``."""

        @torch.inference_mode()
        def read_some(some: Sequence[Image.Image]) -> NDArray[np.float32]:
            squeezed = [np.asarray(view.resize((size_px, size_px), Image.Resampling.BICUBIC)) for view in some]
            images = to_input(np.stack(squeezed), self.tower, self.device)
            return np.asarray(read(images).float().cpu().numpy(), np.float32)

        return np.concatenate(list(self.workers.map(read_some, chunks(views, _VIEWS_AT_ONCE))))

    def _served(self) -> ServedNetwork:
        """Fit what is read of the untuned tower to every labelled training cover.

        The principal components to the covers as they are, the genre part also, counting less, to photos of them.
        """
        training = np.array(self.split.training)
        labelled = training[self.targets[training].sum(axis=1) > 0]
        size_px = self.tower.fixed_size_px or self.recipe.inference_size_px
        whole = (Image.fromarray(self.pixels[number]) for number in labelled)
        rng = np.random.default_rng(self.recipe.seed)
        photos = (
            photo_view(
                Image.fromarray(self.pixels[number]), Image.fromarray(self.pixels[rng.choice(training)]), size_px, rng
            )
            for number in labelled
        )
        of_whole, of_photos = (self._read(self._of_untuned, views, size_px) for views in (whole, photos))
        width, wanted = self.untuned.width, self.targets[labelled]
        principal = fit_principal_projection(of_whole[:, :width], self.recipe.principal_dimension)
        genre = fit_genre_projection(
            np.concatenate([of_whole, of_photos])[:, width:],
            np.concatenate([wanted, self.recipe.photo_genre_weight * wanted]),
        )
        return ServedNetwork(self.average.eval(), self.untuned, principal, genre, self.recipe)

    def _of_untuned(self, images: torch.Tensor) -> torch.Tensor:
        return torch.cat(self.untuned.features_and_style(images), dim=1)

    def _progress(self, number: int, began: float, scores: ValidationScores | None = None) -> TrainingProgress:
        per_step = (time.perf_counter() - began) / number
        return TrainingProgress(
            epoch=self.epoch + (scores is None),
            epochs=self.recipe.epochs,
            step=self.step,
            steps=self.steps,
            loss=self.loss,
            views_per_s=2 * self.recipe.batch_covers / per_step,
            seconds_left=per_step * (self.steps - self.step),
            scores=scores,
        )


def _parameter_groups(network: EmbeddingNetwork, tower: Tower, recipe: Recipe) -> list[dict[str, Any]]:
    """The projection and classifier, then the tower's stages from last to first, each slower than the one after it."""
    groups: list[dict[str, Any]] = [
        {"params": [*network.artwork.parameters()], "lr": recipe.projection_learning_rate},
        {"params": [*network.genre.parameters(), *network.classifier.parameters()], "lr": recipe.genre_learning_rate},
    ]
    for depth, stage in enumerate(reversed(tower.stages)):
        learning = [parameter for parameter in parameters_of(stage) if parameter.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": recipe.learning_rate * recipe.stage_decay**depth})
    return [{**group, "weight_decay": recipe.weight_decay} for group in groups]


def _identity(samples: Sequence[LabelledCover], recipe: Recipe) -> str:
    """SHA-256 of what a run is: a checkpoint of another is never continued."""
    what = [asdict(recipe), [[str(sample.path), sample.genres, sample.group] for sample in samples]]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()

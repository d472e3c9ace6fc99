"""A CLIP small enough to be trained in a test: 32 px, two layers a tower; it learns colours and shapes by name."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from indexer.training.torchvision_shim import make_torchvision_importable

MODEL_NAME = "sleeve-test-clip"
SIZE_PX = 32
PLACES = 16
COLOURS = {"red": (200, 40, 40), "green": (40, 170, 60), "blue": (40, 60, 200), "yellow": (220, 210, 60)}
SHAPES = ("circle", "cross")
_CAPTIONS = ("a {0} cover with a {1}", "{0} {1}", "a {1} on {0}", "a {0} cover")
_STEPS = 200


@dataclass(frozen=True, slots=True)
class SmallClip:
    """A trained model, and the file of its weights."""

    model: Any
    weights: Path

    @property
    def name(self) -> str:
        """What ``load_open_clip`` takes."""
        return f"{MODEL_NAME}/{self.weights}"


def draw(colour: str, shape: str, seed: int) -> Image.Image:
    """A white circle or cross on a noisy ground, never twice in the same place."""
    rng = np.random.default_rng(seed)
    ground = np.array(COLOURS[colour]) + rng.integers(-30, 30, 3) + rng.integers(-10, 10, (64, 64, 3))
    image = Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    left, top = (int(place) for place in rng.integers(11, 17, 2))
    if shape == "circle":
        pen.ellipse((left, top, left + 36, top + 36), fill="white")
    else:
        pen.line((left, top, left + 36, top + 36), fill="white", width=8)
        pen.line((left, top + 36, left + 36, top), fill="white", width=8)
    return image


def pixels_of(image: Image.Image) -> NDArray[np.uint8]:
    """(32, 32, 3) uint8."""
    return np.asarray(image.resize((SIZE_PX, SIZE_PX), Image.Resampling.BOX))


def small_clip(folder: Path) -> SmallClip:
    """The trained model of a folder; it is trained if the folder has none yet."""
    add_config(folder)
    import open_clip

    torch.manual_seed(0)
    weights = folder / "weights.pt"
    model = open_clip.create_model(MODEL_NAME)
    if weights.exists():
        model.load_state_dict(torch.load(weights))
    else:
        _train(model)
        torch.save(model.state_dict(), weights)
    return SmallClip(model.eval(), weights)


def add_config(folder: Path, name: str = MODEL_NAME, image_size: object = SIZE_PX, **text: object) -> None:
    """Make open_clip know a small configuration, for the rest of the process."""
    make_torchvision_importable()
    import open_clip

    config = {
        "embed_dim": 24,
        "vision_cfg": {"image_size": image_size, "layers": 2, "width": 64, "head_width": 32, "patch_size": 8},
        "text_cfg": {"context_length": PLACES, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 2, **text},
    }
    (folder / f"{name}.json").write_text(json.dumps(config))
    open_clip.add_model_config(folder)


def _train(model: Any) -> None:
    """Teach it what pictures show, one of each kind in a batch."""
    import open_clip

    tokenize = open_clip.get_tokenizer(MODEL_NAME)
    kinds = list(itertools.product(COLOURS, SHAPES))
    # Of its 49,408 rows eleven are used, and random ones far apart will do: training them is most of the time.
    torch.nn.init.normal_(model.token_embedding.weight.requires_grad_(False), std=0.3)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step in range(_STEPS):
        caption = _CAPTIONS[step % len(_CAPTIONS)]
        # A caption that names no shape fits both, so the batch holds one of them.
        result = kinds if "{1}" in caption else kinds[step // len(_CAPTIONS) % 2 :: 2]
        pixels = np.stack([pixels_of(draw(*kind, seed=1000 + 8 * step + n)) for n, kind in enumerate(result)])
        features = model.encode_image(normalised(pixels), normalize=True)
        words = model.encode_text(tokenize([caption.format(*kind) for kind in result]), normalize=True)
        logits = 20 * features @ words.T
        target = torch.arange(len(result))
        loss = torch.nn.functional.cross_entropy(logits, target) + torch.nn.functional.cross_entropy(logits.T, target)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def normalised(pixels: NDArray[np.uint8]) -> torch.Tensor:
    """(n, s, s, 3) uint8 → what the model takes."""
    import open_clip

    mean, std = (255 * np.array(part) for part in (open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD))
    return torch.from_numpy(((pixels - mean) / std).astype(np.float32).transpose(0, 3, 1, 2).copy())

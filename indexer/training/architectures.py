"""Image towers by name: EfficientNet-Lite0, anything of timm's, image towers of open_clip's; and what may be frozen."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from indexer.training.imagenet_weights import EFFICIENTNET_LITE0, MEAN, STD, imagenet_backbone
from indexer.training.open_clip_models import OPEN_CLIP, load_open_clip
from indexer.training.torchvision_shim import make_torchvision_importable
from sleeve.errors import BundleError, TrainingError, first_line

_NORMS_OF_EFFICIENTNET = (
    (("conv_stem", "bn1"), ("conv_head", "bn2")),
    (("conv_dw", "bn1"), ("conv_pw", "bn2")),
    (("conv_pw", "bn1"), ("conv_dw", "bn2"), ("conv_pwl", "bn3")),
)
"""Convolutions and the norms after them: outside the blocks, in a block that expands nothing, in any other."""

_COPIED_IN_PLACE = (nn.Hardtanh, nn.SiLU, nn.Hardswish)
"""Activations whose gradient is computed from their input, which autograd copies if they would overwrite it."""


@dataclass(frozen=True, slots=True)
class Tower:
    """An image tower ready to be trained.

    Args:
        module: (n, 3, s, s) float32, (pixel - mean) / std → (n, width) float32.
        stages: its parts from the image to the features, all its parameters among them: what can be frozen or get a
            learning rate of its own.
        taps, peaks: the layers inside it whose style is read too; see ``TappedTower``. Training reads the taps alone;
            peaks were measured to pay for EfficientNet-Lite0 only, and the others have none.
        fixed_size_px: the only side it takes, or 0 for any.
        mean, std: of red, green and blue, in units of 0-255.
        licence: of the weights it starts from.
    """

    module: nn.Module
    stages: tuple[tuple[nn.Module | nn.Parameter, ...], ...]
    taps: tuple[nn.Module, ...]
    peaks: tuple[nn.Module, ...]
    width: int
    fixed_size_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    licence: str


def build_tower(name: str, weights: str = "") -> Tower:
    """The tower that ``name`` names.

    Args:
        name: ``efficientnet-lite0`` (ImageNet weights), a name of timm's, or ``open_clip:`` and what
            ``load_open_clip`` takes.
        weights: a checkpoint file for a timm name; empty for random weights.

    Raises:
        TrainingError: there is no such tower, or its weights cannot be downloaded.
    """
    if name == EFFICIENTNET_LITE0:
        return _efficientnet_lite0()
    if name.startswith(OPEN_CLIP):
        return _open_clip_tower(name.removeprefix(OPEN_CLIP))
    return _timm_tower(name, weights)


def freeze(stages: tuple[tuple[nn.Module | nn.Parameter, ...], ...], count: int) -> None:
    """Keep the weights of the first ``count`` stages, and make the others quick to learn.

    Raises:
        TrainingError: there are fewer stages.
    """
    if not 0 <= count <= len(stages):
        raise TrainingError(f"frozen_stages must be between 0 and {len(stages)} for this architecture, not {count}")
    for stage in stages[:count]:
        for parameter in parameters_of(stage):
            parameter.requires_grad_(False)
    for stage in stages[count:]:
        for part in stage:
            for activation in part.modules() if isinstance(part, nn.Module) else ():
                if isinstance(activation, _COPIED_IN_PLACE):
                    activation.inplace = False


def parameters_of(stage: tuple[nn.Module | nn.Parameter, ...]) -> Iterator[nn.Parameter]:
    """Every parameter of one stage."""
    for part in stage:
        if isinstance(part, nn.Parameter):
            yield part
        else:
            yield from part.parameters()


def fold_norms(tower: nn.Module) -> nn.Module:
    """timm's EfficientNet with its batch norms folded into the convolutions before them, in place: the same function.

    A norm with frozen statistics is only a scale and a shift; without it a training step on a CPU is a quarter
    faster. Folded weights are several times smaller than raw ones, and so must be their learning rate.
    """
    outside, plain, expanding = _NORMS_OF_EFFICIENTNET
    _fold(tower, outside)
    for stage in tower.get_submodule("blocks").children():
        for block in stage.children():
            _fold(block, expanding if hasattr(block, "conv_pwl") else plain)
    return tower


def _fold(holder: nn.Module, pairs: tuple[tuple[str, str], ...]) -> None:
    for convolution, norm in pairs:
        before: Any = holder.get_submodule(convolution)
        after: Any = holder.get_submodule(norm)
        setattr(holder, convolution, fuse_conv_bn_eval(before, after))
        setattr(holder, norm, after.get_submodule("act"))


def _efficientnet_lite0() -> Tower:
    try:
        module = fold_norms(imagenet_backbone(EFFICIENTNET_LITE0))
    except BundleError as error:
        raise TrainingError(str(error)) from error
    blocks = [block for stage in module.get_submodule("blocks").children() for block in stage.children()]
    return Tower(
        module=module,
        stages=(
            (module.get_submodule("conv_stem"),),
            *((stage,) for stage in module.get_submodule("blocks").children()),
            (module.get_submodule("conv_head"),),
        ),
        taps=tuple(blocks),
        peaks=(*blocks, *(block.get_submodule(_wide_layer(block)) for block in blocks), module.get_submodule("bn2")),
        width=1280,
        fixed_size_px=0,
        mean=MEAN,
        std=STD,
        licence="Apache-2.0",
    )


def _wide_layer(block: nn.Module) -> str:
    """The activations after a block's depthwise convolution: more channels than the block gives, and no negatives."""
    return "bn2" if hasattr(block, "conv_pwl") else "bn1"


def _timm_tower(name: str, weights: str) -> Tower:
    make_torchvision_importable()
    import timm

    if not timm.is_model(name):
        near = ", ".join(timm.list_models(f"*{name}*")[:5])
        raise TrainingError(f"timm has no {name}" + (f"; it has {near}" if near else ""))
    if weights and not Path(weights).is_file():
        raise TrainingError(f"{weights}: there is no such checkpoint file")
    try:
        module: Any = timm.create_model(name, checkpoint_path=weights)
    except (RuntimeError, KeyError, EOFError, OSError, ValueError) as error:
        raise TrainingError(f"{weights} does not hold weights of {name}: {first_line(error)}") from error
    module.reset_classifier(0)
    scale = module.pretrained_cfg
    return Tower(
        module=module,
        stages=tuple((part,) for part in module.children() if any(True for _ in part.parameters())) + _loose(module),
        taps=_taps_of_timm(module),
        peaks=(),
        width=module.num_features,
        fixed_size_px=int(scale["input_size"][1]) if scale.get("fixed_input_size") else 0,
        mean=_in_255(scale["mean"]),
        std=_in_255(scale["std"]),
        licence="that of the checkpoint given" if weights else "Apache-2.0",
    )


def _open_clip_tower(name: str) -> Tower:
    model = load_open_clip(name)
    visual = model.network.visual
    return Tower(
        module=visual,
        stages=_stages_of_clip(visual),
        taps=_taps_of_clip(visual),
        peaks=(),
        width=int(visual.output_dim),
        fixed_size_px=model.side_px,
        mean=_in_255(visual.preprocess_cfg["mean"]),
        std=_in_255(visual.preprocess_cfg["std"]),
        licence=f"that of {model.source}",
    )


def _stages_of_clip(visual: nn.Module) -> tuple[tuple[nn.Module | nn.Parameter, ...], ...]:
    """A vision transformer: its embedding, each block, the rest. Another trunk: its children in order."""
    if not hasattr(visual, "transformer"):
        return tuple((part,) for part in visual.children() if any(True for _ in part.parameters())) + _loose(visual)
    blocks = tuple(visual.get_submodule("transformer.resblocks").children())
    first = [visual.get_submodule("conv1"), visual.get_submodule("ln_pre")]
    early = [visual.get_parameter("class_embedding"), visual.get_parameter("positional_embedding")]
    held = {id(parameter) for part in (*blocks, *first) for parameter in part.parameters()} | {id(one) for one in early}
    rest = tuple(parameter for parameter in visual.parameters() if id(parameter) not in held)
    return ((*first, *early), *((block,) for block in blocks), rest)


def _taps_of_timm(module: Any) -> tuple[nn.Module, ...]:
    """The layers that timm lists as feature maps; none if they come with their channels last."""
    if getattr(module, "output_fmt", "NCHW") != "NCHW":
        return ()
    return tuple(module.get_submodule(info["module"]) for info in getattr(module, "feature_info", ()))


def _taps_of_clip(visual: nn.Module) -> tuple[nn.Module, ...]:
    """A vision transformer's blocks, a ResNet's layers; what timm lists for a trunk of its."""
    if hasattr(visual, "transformer"):
        return tuple(visual.get_submodule("transformer.resblocks").children())
    if hasattr(visual, "trunk"):
        return _taps_of_timm(visual.get_submodule("trunk"))
    return tuple(part for name, part in visual.named_children() if name.startswith("layer"))


def _loose(module: nn.Module) -> tuple[tuple[nn.Module | nn.Parameter, ...], ...]:
    parameters = tuple(module.parameters(recurse=False))
    return (parameters,) if parameters else ()


def _in_255(values: tuple[float, ...]) -> tuple[float, float, float]:
    red, green, blue = values
    return 255 * red, 255 * green, 255 * blue

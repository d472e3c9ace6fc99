"""What training minimises: scalar tensors, the mean over what counts, and 0 if nothing does."""

import torch
from torch.nn import functional

_NEVER = -1e9


def genre_cross_entropy(
    logits: torch.Tensor, targets: torch.Tensor, smoothing: float, log_prior: torch.Tensor | None = None
) -> torch.Tensor:
    """Cross-entropy with soft targets, label smoothing and logit adjustment.

    Adding tau·log(prior) while training makes the bare logits favour no genre for being common (Menon et al.,
    "Long-tail learning via logit adjustment", 2021, equation 10).

    Args:
        logits: (n, g).
        targets: (n, g), rows that sum to 1, or to 0 for covers without a genre: those do not count.
        smoothing: share of each target spread evenly over the genres.
        log_prior: (g,), already times tau.
    """
    labelled = targets.sum(1) > 0
    wanted = targets[labelled] * (1 - smoothing) + smoothing / targets.shape[1]
    given = logits[labelled] if log_prior is None else logits[labelled] + log_prior
    return _mean(-(wanted * functional.log_softmax(given, 1)).sum(1))


def supervised_contrastive(
    vectors: torch.Tensor, labels: torch.Tensor, covers: torch.Tensor, temperature: float
) -> torch.Tensor:
    """SupCon with the sum outside the logarithm (Khosla et al., "Supervised contrastive learning", 2020, equation 2).

    Views of one cover are left out of each other's sums: being so alike, they would be most of every sum, and teach
    artworks although genres are meant.

    Args:
        vectors: (n, d), L2-normalised.
        labels: (n,) integers; below 0 takes no part. A vector without another cover of its label does not count.
        covers: (n,) integers, equal for views of one cover.
    """
    vectors, labels, covers = vectors[labels >= 0], labels[labels >= 0], covers[labels >= 0]
    itself = covers[:, None] == covers[None, :]
    similarities = (vectors @ vectors.T / temperature).masked_fill(itself, _NEVER)
    log_shares = similarities - similarities.logsumexp(1, keepdim=True)
    positives = (labels[:, None] == labels[None, :]) & ~itself
    counted = positives.any(1)
    return _mean(-(log_shares * positives).sum(1)[counted] / positives.sum(1)[counted])


def artwork_contrastive(
    photos: torch.Tensor,
    covers: torch.Tensor,
    groups: torch.Tensor,
    queue: torch.Tensor,
    queue_groups: torch.Tensor,
    temperature: float,
) -> torch.Tensor:
    """InfoNCE in both directions: a photo must be nearest its own cover, and the cover its own photo.

    (van den Oord et al., "Representation learning with contrastive predictive coding", 2018, equation 4.) The rest of
    the batch and a queue of earlier covers are what it could be taken for, save those of the same group: they may show
    the same artwork.

    Args:
        photos: (n, d), L2-normalised; row i and row i of ``covers`` show one artwork.
        groups: (n,) integers.
        queue: (q, d) vectors without gradient; ``queue_groups`` (q,), -1 if the queue is still empty.
    """
    others = torch.cat([groups, queue_groups])
    barred = (groups[:, None] == others[None, :]) | (others < 0)[None, :]
    own = torch.arange(len(groups), device=groups.device)
    barred[own, own] = False
    both = [
        functional.cross_entropy((asked @ torch.cat([found, queue]).T / temperature).masked_fill(barred, _NEVER), own)
        for asked, found in ((photos, covers), (covers, photos))
    ]
    return (both[0] + both[1]) / 2


def _mean(values: torch.Tensor) -> torch.Tensor:
    return values.sum() / max(1, len(values))

"""Training of the small network that reads the mean vectors of sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.detection.embeddings.package import load_torch
from annotations.detection.embeddings.state import Network

_UNITS, _NETWORKS = 64, 4
"""Hidden units, and networks that differ by chance alone: their mean is steadier than one."""
_PASSES, _BATCH = 12, 64
_RATE, _DECAY, _DROPOUT = 1e-3, 0.1, 0.4
_MIXING = 0.4
"""How evenly two rows are mixed: shares are drawn from the beta distribution with this twice, so
most are near all or nothing. Mixed rows with mixed labels keep a network from being sure of rows
that people disagree about (mixup, Zhang et al. 2018)."""

Floats = NDArray[np.float32]


def train_network(
    means: Floats, labels: NDArray[np.int8], weights: NDArray[np.float64], *, seed: int
) -> Network:
    """Learn ``labels`` (0 or 1) from ``means`` (rows, width), each row with its weight.

    The same for the same seed. Raises DetectionError (permanent) where torch is not installed.
    """
    torch = load_torch()
    middle, spread = means.mean(axis=0), means.std(axis=0)
    # A number that is nearly always the same says nothing, and would be blown up.
    scale = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-6), 0.0).astype(np.float32)
    with _reproducible(torch, seed):
        rows = torch.from_numpy((means - middle) * scale)
        targets = torch.from_numpy(labels.astype(np.float32))
        shares = torch.from_numpy((weights / weights.mean()).astype(np.float32))
        found = [_descend(torch, rows, targets, shares) for _ in range(_NETWORKS)]
    # Side by side they are one network; the scaling goes into its first layer.
    hidden = np.concatenate([one[0] for one in found]) * scale
    hidden = hidden.astype(np.float16).astype(np.float32)  # what is kept on disk
    return Network(
        hidden=hidden,
        biases=np.concatenate([one[1] for one in found]) - hidden @ middle,
        output=(np.concatenate([one[2] for one in found]) / _NETWORKS).astype(np.float32),
        bias=float(np.mean([one[3] for one in found])),
        middle=middle,
    )


def _descend(torch: Any, rows: Any, targets: Any, shares: Any) -> tuple[Any, Any, Any, float]:
    """AdamW on mixed rows, with a rate that falls to nothing; the weights and biases of both
    layers."""
    layers = torch.nn
    network = layers.Sequential(
        layers.Dropout(_DROPOUT),
        layers.Linear(rows.shape[1], _UNITS),
        layers.ReLU(),
        layers.Dropout(_DROPOUT),
        layers.Linear(_UNITS, 1),
    )
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = _PASSES * -(-len(rows) // _BATCH)
    step = 0
    loss_of = layers.functional.binary_cross_entropy_with_logits
    mixing = torch.distributions.Beta(_MIXING, _MIXING)
    network.train()
    for _pass in range(_PASSES):
        for batch in torch.randperm(len(rows)).split(_BATCH):
            for group in optimizer.param_groups:
                group["lr"] = _RATE * (1 - step / steps)
            step += 1
            other = batch[torch.randperm(len(batch))]
            part = mixing.sample()
            mixed, target, share = (
                part * those[batch] + (1 - part) * those[other] for those in (rows, targets, shares)
            )
            losses = loss_of(network(mixed)[:, 0], target, reduction="none")
            optimizer.zero_grad()
            (losses * share).mean().backward()
            optimizer.step()
    first, second = network[1], network[4]
    return (
        _array(first.weight),
        _array(first.bias),
        _array(second.weight)[0],
        float(second.bias.item()),
    )


def _array(parameter: Any) -> Floats:
    array: Floats = parameter.detach().numpy().copy()
    return array


@contextmanager
def _reproducible(torch: Any, seed: int) -> Iterator[None]:
    """A fixed seed, one thread (sums are rounded differently by another number of them) and
    fixed algorithms inside; afterwards all as it was."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before[1])
            torch.set_num_threads(before[0])

"""Tuning the package's model on labelled sentences: light, reproducible, on the CPU.

The whole network but its word vectors is trained, for a few passes, with a linear head on the
mean of a sentence's vectors. The mean keeps the answer a sum over the pieces, so that it can be
explained. What a pass changes is small, see ``state.py``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.detection.embeddings import reading
from annotations.detection.embeddings.package import base_digest, load_base, load_torch
from annotations.detection.embeddings.state import Delta, EncoderState, Head

Progress = Callable[[int, int], None]
"""Called with sentences read so far and sentences to read in all."""

_SAMPLE = 2_000
"""Sentences that an average piece is measured on."""


@dataclass(frozen=True, slots=True)
class TuningSettings:
    """How an encoder is tuned. The same settings, data and seed give the same encoder."""

    layers: int = 6
    """The topmost layers that are tuned; those below stay as they came."""
    epochs: int = 3
    batch_size: int = 32
    rate: float = 1e-4
    """Highest learning rate of the layers, reached after a tenth of the steps."""
    head_rate: float = 1e-3
    decay: float = 0.01
    dropout: float = 0.1
    threads: int = 2
    """A fixed number: sums are rounded differently by another number of threads."""


def tune(
    texts: Sequence[str],
    labels: NDArray[np.int8],
    weights: NDArray[np.float64],
    *,
    seed: int,
    settings: TuningSettings,
    progress: Progress | None = None,
) -> EncoderState:
    """Learn from sentences; ``labels`` (0 or 1) and positive ``weights`` are as long as ``texts``.

    Raises ValueError when the lengths differ or one of the two labels is missing, DetectionError
    (permanent) when what the model needs is not installed.
    """
    if not len(texts) == len(labels) == len(weights):
        raise ValueError(f"{len(texts)} texts, {len(labels)} labels, {len(weights)} weights")
    if not 0 < int(labels.sum()) < len(labels):
        raise ValueError("both labels are needed to learn from")
    torch = load_torch()
    pieces = reading.cut(texts)
    with _reproducible(torch, seed, settings.threads):
        model, head = load_base(), None
        names = _open_layers(model, settings.layers)
        base = {name: _array(model.get_parameter(name)).copy() for name in names}
        head = _new_head(torch, model.config.hidden_size, labels, weights)
        _descend(torch, model, head, pieces, labels, weights, seed, settings, progress)
        tuned = {name: _array(model.get_parameter(name)) for name in names}
        deltas = {name: Delta.between(base[name], tuned[name]) for name in names}
        # From here on it is the model that a reader of the saved state gets.
        apply(torch, model, deltas, base)
        reading_head = Head(_array(head.weight)[0].copy(), float(head.bias.item()))
        centre = _average_piece(torch, model, reading_head, pieces)
    return EncoderState(
        base=base_digest(),
        head=Head(reading_head.weights, reading_head.bias, centre),
        deltas=deltas,
        about={
            "settings": asdict(settings),
            "seed": seed,
            "sentences": len(texts),
            "positive": int(labels.sum()),
            "torch": str(version("torch")),
            "transformers": str(version("transformers")),
        },
    )


def tuned_model(torch: Any, base: Any, deltas: dict[str, Delta]) -> Any:
    """A model with the changes made; what is not changed is shared with ``base``."""
    memo = {
        id(parameter): parameter
        for name, parameter in base.named_parameters()
        if name not in deltas
    }
    model = copy.deepcopy(base, memo)
    apply(torch, model, deltas, {name: _array(base.get_parameter(name)) for name in deltas})
    model.eval()
    return model


def apply(
    torch: Any, model: Any, deltas: dict[str, Delta], base: dict[str, NDArray[np.float32]]
) -> None:
    """Set the model's parameters to ``base`` plus the changes."""
    with torch.no_grad():
        for name, delta in deltas.items():
            model.get_parameter(name).copy_(torch.from_numpy(delta.added_to(base[name])))


def _open_layers(model: Any, layers: int) -> list[str]:
    """Let only the topmost ``layers`` learn; the names of their parameters."""
    first = model.config.num_hidden_layers - layers
    if layers < 1 or first < 0:
        raise ValueError(f"the model has no {layers} layers to tune")
    names = []
    for name, parameter in model.named_parameters():
        learns = name.startswith("encoder.layer.") and int(name.split(".")[2]) >= first
        parameter.requires_grad_(learns)
        if learns:
            names.append(name)
    return names


def _new_head(
    torch: Any, width: int, labels: NDArray[np.int8], weights: NDArray[np.float64]
) -> Any:
    head = torch.nn.Linear(width, 1)
    share = float((labels * weights).sum() / weights.sum())
    torch.nn.init.normal_(head.weight, std=0.02)
    # Starts at the share of positives, so that rare ones don't cost the first steps.
    torch.nn.init.constant_(head.bias, float(np.log(share / (1.0 - share))))
    return head


def _descend(
    torch: Any,
    model: Any,
    head: Any,
    pieces: Sequence[reading.Pieces],
    labels: NDArray[np.int8],
    weights: NDArray[np.float64],
    seed: int,
    settings: TuningSettings,
    progress: Progress | None,
) -> None:
    """The steps themselves: AdamW, a warm-up, then a straight line down to nothing."""
    layers = [parameter for parameter in model.parameters() if parameter.requires_grad]
    rates = [settings.rate, settings.head_rate]
    optimizer = torch.optim.AdamW(
        [{"params": layers, "lr": 0.0}, {"params": list(head.parameters()), "lr": 0.0}],
        weight_decay=settings.decay,
    )
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits
    targets = torch.tensor(labels.astype(np.float32))
    shares = torch.tensor((weights / weights.mean()).astype(np.float32))
    lengths = [len(sentence.ids) for sentence in pieces]
    steps = settings.epochs * -(-len(pieces) // settings.batch_size)
    shuffle = np.random.default_rng(seed)
    step = read = 0
    model.train()
    for _epoch in range(settings.epochs):
        for batch in reading.length_batches(lengths, settings.batch_size, shuffle):
            height = min(1.0, (step + 1) / (0.1 * steps)) * (1.0 - step / steps)
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * height
            ids, mask = reading.padded(torch, [pieces[place] for place in batch])
            vector = reading.mean(reading.vectors(model, ids, mask), mask)
            answers = head(torch.nn.functional.dropout(vector, settings.dropout))[:, 0]
            chosen = torch.from_numpy(batch)
            losses = loss_of(answers, targets[chosen], reduction="none") * shares[chosen]
            optimizer.zero_grad()
            losses.mean().backward()
            torch.nn.utils.clip_grad_norm_([*layers, *head.parameters()], 1.0)
            optimizer.step()
            step += 1
            read += len(batch)
            if progress is not None:
                progress(read, settings.epochs * len(pieces))
    model.eval()


def _average_piece(torch: Any, model: Any, head: Head, pieces: Sequence[reading.Pieces]) -> float:
    """What a piece gives on average, each sentence counted once, over an even sample."""
    sample = [pieces[place] for place in range(0, len(pieces), -(-len(pieces) // _SAMPLE))]
    direction = torch.from_numpy(head.weights)
    total = 0.0
    with torch.inference_mode():
        for batch in reading.length_batches([len(one.ids) for one in sample], reading.BATCH):
            ids, mask = reading.padded(torch, [sample[place] for place in batch])
            vector = reading.mean(reading.vectors(model, ids, mask), mask)
            total += float((vector @ direction).sum())
    return total / len(sample)


@contextmanager
def _reproducible(torch: Any, seed: int, threads: int) -> Iterator[None]:
    """Fixed seed, threads and algorithms inside; afterwards all as it was."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(True)
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before[1])
            torch.set_num_threads(before[0])


def _array(parameter: Any) -> NDArray[np.float32]:
    array: NDArray[np.float32] = parameter.detach().numpy()
    return array

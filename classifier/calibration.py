"""How sure is sure: a temperature and a threshold from what staff said.

Takes what a model said (logits) of complaints it had not learnt, what staff said they are, and what each judgement
weighs; pure numbers. The temperature makes confidence mean what it says (Guo et al., On Calibration of Modern Neural
Networks, 2017), and is drawn towards 1 while there are few judgements. The threshold is the confidence above which the
category is right in 95 % of cases; a few hundred judgements say little about so rare a thing as its mistakes, so that
they may only raise it from `FLOOR`, which held on every kind of text tried: chosen freely, it followed their luck.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

ENOUGH = 100  # judgements before they say anything about confidence
PRECISION = 0.95
FLOOR = 0.95  # of what a fitted confidence finds so sure 95 to 99 % were right; from 0.9 on, in some languages less than 94
CEILING = 0.98  # above it are too few cases to say that even those are doubtful
_DRAWN = 100  # judgements that count as much as the belief that the temperature is 1

Floats = npt.NDArray[np.float64]


def fit(logits: Floats, truth: Sequence[int], weights: Floats) -> tuple[float, float]:
    """The temperature, and the threshold."""
    right = np.asarray(truth)
    candidates = np.geomspace(0.4, 3.0, 53)
    losses = [_loss(logits / temperature, right, weights) for temperature in candidates]
    best = float(np.log(candidates[int(np.argmin(losses))]))
    judgements = weights.sum()
    temperature = round(float(np.exp(best * judgements / (judgements + _DRAWN))), 3)
    said = probabilities(logits / temperature)
    return temperature, threshold(said.max(axis=1), said.argmax(axis=1) == right, weights)


def _loss(logits: Floats, right: npt.NDArray[np.int64], weights: Floats) -> float:
    """Mean negative log likelihood."""
    return float(np.average(-np.log(probabilities(logits)[np.arange(len(right)), right]), weights=weights))


def probabilities(logits: Floats) -> Floats:
    """Rows of logits as rows of probabilities."""
    parts = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = parts / parts.sum(axis=1, keepdims=True)
    return shares


def threshold(confidence: Floats, right: npt.NDArray[np.bool_], weights: Floats) -> float:
    """The lowest confidence from `FLOOR` on above which `PRECISION` of the cases are right, had one more of them been wrong."""
    order = np.argsort(-confidence, kind="stable")
    cases, hits = np.cumsum(weights[order]), np.cumsum((right * weights)[order])
    good = np.flatnonzero(hits >= PRECISION * (cases + 1))
    lowest = float(confidence[order[good[-1]]]) if len(good) else CEILING
    return round(min(max(lowest, FLOOR), CEILING), 4)

"""How sure is sure: a temperature and a threshold from what staff said.

Takes what a model said (logits) of complaints it had not learnt, what staff said they are, and what each judgement
weighs; pure numbers. The temperature makes confidence mean what it says (Guo et al., On Calibration of Modern Neural
Networks, 2017), and is drawn towards 1 while there are few judgements. The threshold is the lowest confidence above which
the category is right in 95 % of cases, by the lower end of Wilson's interval (1927), so that a lucky few don't lower it.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt

ENOUGH = 100  # judgements before they say anything about confidence
PRECISION = 0.95
_Z = 0.84  # one-sided 80 %: of five thresholds, one may promise too much
_FEWEST = 20  # cases above a threshold
_DRAWN = 100  # judgements that count as much as the belief that the temperature is 1

Floats = npt.NDArray[np.float64]


def fit(logits: Floats, truth: Sequence[int], weights: Floats) -> tuple[float, float | None]:
    """The temperature, and the threshold (None where no confidence promises enough)."""
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


def threshold(confidence: Floats, right: npt.NDArray[np.bool_], weights: Floats) -> float | None:
    """The lowest confidence from which on `PRECISION` of the cases are right; None where there is none."""
    order = np.argsort(-confidence, kind="stable")
    cases, hits = np.cumsum(weights[order]), np.cumsum((right * weights)[order])
    good = [n for n in range(len(order)) if cases[n] >= _FEWEST and lower_bound(hits[n], cases[n]) >= PRECISION]
    return round(float(confidence[order[good[-1]]]), 4) if good else None


def lower_bound(hits: float, cases: float, z: float = _Z) -> float:
    """The lower end of Wilson's interval for a share of `hits` in `cases`."""
    share, spread = hits / cases, z * z / cases
    return (share + spread / 2 - z * sqrt((share * (1 - share) + spread / 4) / cases)) / (1 + spread)

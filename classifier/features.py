"""What the model sees of a letter: pieces of its words as numbers.

Takes folded sentences (`text.sentences`). A piece is 1-4 signs in a row within a word or Han run, its borders
included; the whole word; the word with its neighbour. Each is a 64-bit number by a fixed rule, so no vocabulary of
strings is needed, and a whole letter is turned into numbers at once. The same code serves training and prediction,
so the two can't drift apart. Total, pure.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LONGEST = 16_384  # signs of a letter that are looked at; `text.LIMIT` keeps letters far below
LONGEST_PIECE = 4
SLOTS = 1 << 18
HAN_FIRST, HAN_LAST = 0x3400, 0x9FFF
_TOKEN = re.compile(r"[\u3400-\u9fff0]+|[^\W\d_\u3400-\u9fff]+(?:'[a-z]+)?|[$¥€£%!?]")
_LOOSE_QUOTE, _SECOND_QUOTE = re.compile(r"'(?:(?![a-z])|(?<![a-z]'))"), re.compile("('[a-z]+)'")  # only "don't" is a word with one


def _all_but(signs: str) -> dict[int, str]:
    """A table that blanks every other ASCII sign."""
    return {number: " " for number in range(128) if chr(number) not in signs}


_NO_TOKEN = _all_but("abcdefghijklmnopqrstuvwxyz0$%!?'\n")

Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_FACTOR = 0x9E3779B97F4A7C15  # odd, so that it has an inverse: golden ratio, as in Knuth's multiplicative hashing
_MIXER = np.uint64(0xC2B2AE3D27D4EB4F)
_WORD, _PAIR = np.uint64(77), np.uint64(177)


def _powers(base: int) -> Numbers:
    return np.concatenate([[np.uint64(1)], np.cumprod(np.full(LONGEST, np.uint64(base)), dtype=np.uint64)])


_POWER, _INVERSE = _powers(_FACTOR), _powers(pow(_FACTOR, -1, 1 << 64))


class Pieces(NamedTuple):
    """The pieces of some sentences: their numbers, and where each begins and ends in `line`, whose signs are `signs`.

    `line` is a space and then `lines`, the words of each sentence with a space behind each. `sentences` tells for each place
    of `line` which sentence a piece that begins there is of: a space belongs to the word behind it.
    """

    lines: list[str]
    line: str
    signs: Numbers
    numbers: Numbers
    starts: Places
    ends: Places
    sentences: Places

    def words(self, kept: Mask) -> str:
        """Some of the sentences, as words between single spaces."""
        return f" {''.join(compress(self.lines, kept.tolist()))}"


def pieces(sentences: Sequence[str]) -> Pieces:
    """Every piece of folded sentences, repeated ones too."""
    lines = [f"{' '.join(found)} " if found else "" for found in _tokens(sentences)]
    line = f" {''.join(lines)}"[:LONGEST]
    signs = _numbers(line)
    owner = np.repeat(np.arange(len(lines)), [len(each) for each in lines])[: len(line) - 1]
    owner = np.append(owner, owner[-1:]) if len(owner) else np.zeros(len(line), dtype=np.int64)
    within = signs != ord(" ")
    found = [*_runs(signs, within), *_words(signs, (~within).nonzero()[0], owner)]
    numbers, starts, ends = (np.concatenate(column) for column in zip(*found, strict=True))
    return Pieces(lines, line, signs, _mixed(numbers), starts, ends, owner)


def number_of(piece: str) -> int:
    """The number of a piece of up to `LONGEST_PIECE` signs."""
    number = len(piece)
    for sign in piece:
        number = (number * _FACTOR + ord(sign)) % (1 << 64)
    return int(_mixed(np.array([number], dtype=np.uint64))[0])


def slots(numbers: Numbers) -> Places:
    """Where numbers are looked up, in tables of `SLOTS` entries."""
    return (numbers & np.uint64(SLOTS - 1)).view(np.int64)


def _tokens(sentences: Sequence[str]) -> list[list[str]]:
    """The words, Han runs and telling signs of each sentence."""
    if any("00" in each for each in sentences):
        return [_TOKEN.findall(each) for each in sentences]
    plain = "\n".join(each for each in sentences if each.isascii())
    told = iter(_told_apart(plain).split("\n"))
    return [next(told).split() if each.isascii() else _TOKEN.findall(each) for each in sentences]


def _told_apart(text: str) -> str:
    """ASCII text with its tokens between spaces: what `_TOKEN` finds in it, many times quicker."""
    if "'" in text:
        text = _SECOND_QUOTE.sub("\\1 ", _LOOSE_QUOTE.sub(" ", text))
    for sign in "0$%!?":
        if sign in text:
            text = text.replace(sign, f" {sign} ")
    return text.translate(_NO_TOKEN)


def _runs(signs: Numbers, within: Mask) -> Iterator[tuple[Numbers, Places, Places]]:
    """One to four signs in a row; a space may only stand at either end, where it is the word's border.

    Of a Latin word one or two letters tell nothing. Each length goes on from the one before; the number's first factor, the
    length, is added at the end.
    """
    han = signs >= np.uint64(HAN_FIRST)
    told = han, han[:-1] | han[1:], within[1:-1], within[1:-2] & within[2:-1]
    numbers = np.zeros(len(signs) + 1, dtype=np.uint64)
    for length, found in enumerate(told, 1):
        numbers = numbers[:-1] * np.uint64(_FACTOR) + signs[length - 1 :]
        starts = found.nonzero()[0]
        yield numbers.take(starts) + np.uint64(length * _FACTOR**length % (1 << 64)), starts, starts + length


def _words(signs: Numbers, spaces: Places, owner: Places) -> Iterator[tuple[Numbers, Places, Places]]:
    """Whole words, and words with their neighbour in the same sentence."""
    starts, ends = spaces[:-1] + 1, spaces[1:]
    sums = np.concatenate([[np.uint64(0)], np.cumsum(signs * _POWER[: len(signs)], dtype=np.uint64)])
    numbers = (sums.take(ends) - sums.take(starts)) * _INVERSE.take(starts)
    yield numbers + _WORD, starts, ends
    sentences = owner.take(spaces[:-1])
    together = (sentences[:-1] == sentences[1:]).nonzero()[0]
    yield numbers.take(together) * _MIXER + numbers.take(together + 1) + _PAIR, starts.take(together), ends.take(together + 1)


def _mixed(numbers: Numbers) -> Numbers:
    """Every bit of the number moves its lowest ones, by which they are looked up."""
    numbers = (numbers ^ (numbers >> np.uint64(31))) * _MIXER
    return numbers ^ (numbers >> np.uint64(29))


def _numbers(text: str) -> Numbers:
    if text.isascii():
        return np.frombuffer(text.encode(), dtype=np.uint8).astype(np.uint64)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)

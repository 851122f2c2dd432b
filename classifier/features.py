"""What the model sees of a letter: pieces of its words as numbers, and hits in a lexicon of complaint words.

Takes folded sentences (`text.sentences`). A piece is 1-4 signs in a row within a word or Han run, its borders
included; the whole word; the word with its neighbour. Each is a 64-bit number by a fixed rule, so no vocabulary of
strings is needed, and a whole letter is turned into numbers at once. The same code serves training and prediction,
so the two can't drift apart. Total, pure.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import log1p, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.samples import CATEGORIES

LEXICON = Path(__file__).with_name("lexicon.toml")
LONGEST = 16_384  # signs of a letter that are looked at; `text.LIMIT` keeps letters far below
LONGEST_PIECE = 4
HAN_FIRST, HAN_LAST = 0x3400, 0x9FFF
_TOKEN = re.compile(r"[\u3400-\u9fff0]+|[^\W\d_\u3400-\u9fff]+(?:'[a-z]+)?|[$¥€£%!?]")
_TOLD_APART = 3, 5  # letters by which short and long Latin words are found; one of two letters must be a whole word
_SIGNS = re.compile(r"[^\w' ]+")
_LOOSE_QUOTE, _SECOND_QUOTE = re.compile(r"'(?:(?![a-z])|(?<![a-z]'))"), re.compile("('[a-z]+)'")  # only "don't" is a word with one


def _all_but(signs: str) -> dict[int, str]:
    """A table that blanks every other ASCII sign."""
    return {number: " " for number in range(128) if chr(number) not in signs}


_NO_TOKEN = _all_but("abcdefghijklmnopqrstuvwxyz0$%!?'\n")
_NO_WORD = _all_but("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'")

Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Hit = tuple[str, str]  # a lexicon word and its category
LexiconWords = dict[str, dict[str, tuple[str, ...]]]  # category → script ("han", "latin") → words

_FACTOR = 0x9E3779B97F4A7C15  # odd, so that it has an inverse: golden ratio, as in Knuth's multiplicative hashing
_MIXER = np.uint64(0xC2B2AE3D27D4EB4F)
_WORD, _PAIR = np.uint64(77), np.uint64(177)


def _powers(base: int) -> Numbers:
    return np.concatenate([[np.uint64(1)], np.cumprod(np.full(LONGEST, np.uint64(base)), dtype=np.uint64)])


_POWER, _INVERSE = _powers(_FACTOR), _powers(pow(_FACTOR, -1, 1 << 64))


class Pieces(NamedTuple):
    """The pieces of some sentences: their numbers, and where each begins and ends in `line`.

    `sentences` tells for each place of `line` which sentence a piece that begins there is of: a space belongs to the word behind it.
    """

    line: str
    numbers: Numbers
    starts: Places
    ends: Places
    sentences: Places


def pieces(sentences: Sequence[str]) -> Pieces:
    """Every piece of folded sentences, repeated ones too."""
    lines = [f"{' '.join(found)} " if found else "" for found in _tokens(sentences)]
    line = f" {''.join(lines)}"[:LONGEST]
    signs = _numbers(line)
    owner = np.repeat(np.arange(len(lines)), [len(each) for each in lines])[: len(line) - 1]
    owner = np.append(owner, owner[-1:]) if len(owner) else np.zeros(len(line), dtype=np.int64)
    space = signs == ord(" ")
    found = [*_runs(signs, space), *_words(signs, space.nonzero()[0], owner)]
    numbers, starts, ends = (np.concatenate(column) for column in zip(*found, strict=True))
    return Pieces(line, _mixed(numbers), starts, ends, owner)


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


def _runs(signs: Numbers, space: npt.NDArray[np.bool_]) -> Iterator[tuple[Numbers, Places, Places]]:
    """Signs in a row; a space may only stand at either end, where it is the word's border.

    Each length goes on from the one before; the number's first factor, the length, is added at the end.
    """
    numbers, across = signs, signs < np.uint64(HAN_FIRST)  # of a Latin word no single letter tells anything
    for length in range(1, min(LONGEST_PIECE, len(signs)) + 1):
        if length > 1:
            numbers = numbers[:-1] * np.uint64(_FACTOR) + signs[length - 1 :]
            across = across[:-1] | space[length - 2 : -1] if length > 2 else np.zeros(len(numbers), dtype=bool)
        starts = (~across).nonzero()[0]
        yield numbers[starts] + np.uint64(length * _FACTOR**length % (1 << 64)), starts, starts + length


def _words(signs: Numbers, spaces: Places, owner: Places) -> Iterator[tuple[Numbers, Places, Places]]:
    """Whole words, and words with their neighbour in the same sentence."""
    starts, ends = spaces[:-1] + 1, spaces[1:]
    sums = np.concatenate([[np.uint64(0)], np.cumsum(signs * _POWER[: len(signs)], dtype=np.uint64)])
    numbers = (sums[ends] - sums[starts]) * _INVERSE[starts]
    together = (owner[spaces[:-2]] == owner[spaces[1:-1]]).nonzero()[0] if len(starts) else starts
    yield numbers + _WORD, starts, ends
    yield numbers[together] * _MIXER + numbers[together + 1] + _PAIR, starts[together], ends[together + 1]


def _mixed(numbers: Numbers) -> Numbers:
    """Every bit of the number moves its lowest ones, by which they are looked up."""
    numbers = (numbers ^ (numbers >> np.uint64(31))) * _MIXER
    return numbers ^ (numbers >> np.uint64(29))


def spaced(kept: Sequence[str]) -> str:
    """Sentences as one string in which every word of a Latin script stands between single spaces."""
    text = " ".join(kept)
    words = text.translate(_NO_WORD) if text.isascii() else _SIGNS.sub(" ", text)
    return f" {' '.join(words.split())} "


class Lexicon:
    """Words that speak for a category. Chinese ones count anywhere, others, of two letters or more, at the start of a word."""

    def __init__(self, words: LexiconWords) -> None:
        han, latin = ([(word, category) for category in CATEGORIES for word in words[category][script]] for script in ("han", "latin"))
        self._han, self._latin = _Words(han, 1, 2), _Words(latin, *_TOLD_APART)

    def hits(self, text: str) -> dict[str, list[str]]:
        """The lexicon words a `spaced` text has, per category, each once."""
        signs = _numbers(text + " " * _TOLD_APART[1])  # a beginning may be looked for at the very end
        found = dict.fromkeys(self._latin.among(text, signs, (signs[: len(text) - 1] == ord(" ")).nonzero()[0] + 1))
        if not text.isascii():
            found |= dict.fromkeys(self._han.among(text, signs, np.arange(len(text))))
        return {category: [word for word, of in found if of == category] for category in CATEGORIES}


class _Words:
    """Words by their first signs: `long` ones have so many to be found by, `short` will do for the rest, and a space behind the word."""

    def __init__(self, hits: list[Hit], short: int, long: int) -> None:
        self._short, self._long = short, long
        self._words = _grouped(hits, lambda word: word[:long] if len(word) >= long else f"{word} "[:short])
        self._short_flags, self._long_flags = (_flags(self._words, length) for length in (short, long))

    def among(self, text: str, signs: Numbers, places: Places) -> Iterator[Hit]:
        """Those that stand at these places, which are few in a usual text once the beginnings are compared."""
        likely = self._short_flags[_keys(signs, places, self._short)] | self._long_flags[_keys(signs, places, self._long)]
        for at in places[likely].tolist():
            for hit in (*self._words.get(text[at : at + self._short], ()), *self._words.get(text[at : at + self._long], ())):
                if text.startswith(hit[0], at):
                    yield hit


def _flags(beginnings: Iterable[str], length: int) -> npt.NDArray[np.bool_]:
    """Which keys the beginnings of this length have."""
    flags = np.zeros(1 << 16, dtype=bool)
    signs = _numbers("".join(each for each in beginnings if len(each) == length))
    flags[_keys(signs, np.arange(0, len(signs), length), length)] = True
    return flags


def _keys(signs: Numbers, places: Places, length: int) -> Numbers:
    """A number of 16 bits for the `length` signs at each place."""
    numbers = signs[places]
    for further in range(1, length):
        numbers = numbers * np.uint64(_FACTOR) + signs[places + further]
    return (numbers * _MIXER) >> np.uint64(48)


def _grouped(hits: list[Hit], key: Callable[[str], str]) -> dict[str, list[Hit]]:
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(key(hit[0]), []).append(hit)
    return groups


def _numbers(text: str) -> Numbers:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)


def read_lexicon(path: Path = LEXICON) -> LexiconWords:
    """The words of the lexicon file."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {category: {script: tuple(raw[category][script]) for script in ("han", "latin")} for category in CATEGORIES}


def lexicon_block(hits: Mapping[str, list[str]]) -> list[float]:
    """The hits as a block of unit length, in the order of CATEGORIES."""
    counts = [log1p(len(hits[category])) for category in CATEGORIES]
    length = sqrt(sum(count * count for count in counts))
    return [count / length for count in counts] if length else counts

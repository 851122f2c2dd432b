"""Which words of a letter spoke for its category, in a form a person can read.

Takes the letter's words (`features.spaced`), the lexicon hits and the strongest n-grams; gives up
to `MOST` pieces of the letter. n-grams that touch or overlap are merged, pieces of Latin words are
widened to the whole word. Knows nothing of scores or categories.
"""

from collections.abc import Iterable

MOST = 6
_LONGEST_RUN = 8


def speaking(words: str, hits: list[str], strongest: Iterable[str]) -> list[str]:
    """Lexicon hits first, then what the n-grams add, strongest first; no piece within another."""
    found = [_whole(words, words.find(hit), len(hit)) for hit in hits[:MOST]]
    found += _merged(words, list(strongest))
    terms: list[str] = []
    for term in found:
        if not any(term in other for other in terms):
            terms = [other for other in terms if other not in term] + [term]
    return terms[:MOST]


def _merged(words: str, grams: list[str]) -> list[str]:
    """Pieces of `words` covered by the n-grams' first places, in the order of the strongest in each."""
    spans: list[tuple[int, int, int]] = []
    for rank, gram in enumerate(grams):
        piece = gram.strip().replace("_", " ")
        at = words.find(piece)
        if at >= 0:
            spans.append((at, at + len(piece), rank))
    joined: list[tuple[int, int, int]] = []
    for start, end, rank in sorted(spans):
        if joined and start <= joined[-1][1] and max(end, joined[-1][1]) - joined[-1][0] <= _LONGEST_RUN and not words[start:end].isascii():
            first, last, best = joined.pop()
            joined.append((first, max(end, last), min(rank, best)))
        else:
            joined.append((start, end, rank))
    return [_whole(words, start, end - start) for start, end, _ in sorted(joined, key=lambda span: span[2])]


def _whole(words: str, at: int, length: int) -> str:
    """The piece, widened to whole words where it is of a Latin script."""
    piece = words[at : at + length]
    if not piece.isascii():
        return piece.strip()
    start = words.rfind(" ", 0, at + 1) + 1
    end = words.find(" ", at + length)
    return words[start : end if end >= 0 else None].strip()

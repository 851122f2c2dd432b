"""Which words of a letter spoke for its category, in a form a person can read.

Takes the letter's words (`Pieces.words`), the lexicon hits and its strongest words; gives up to `MOST` of them.
Lexicon hits in Latin words are widened to the whole word. Knows nothing of scores or categories.
"""

from collections.abc import Iterable

MOST = 6


def speaking(words: str, hits: list[str], strongest: Iterable[str]) -> list[str]:
    """Lexicon hits first, then what the pieces add, strongest first; no term within another."""
    found = [*(_whole(words, hit) for hit in hits[:MOST]), *strongest]
    terms: list[str] = []
    for term in found:
        if term not in "\n".join(terms):
            terms = [other for other in terms if other not in term] + [term]
    return terms[:MOST]


def _whole(words: str, hit: str) -> str:
    """The hit, widened to a whole word where it is of a Latin script."""
    if not hit.isascii():
        return hit
    start = words.find(f" {hit}") + 1
    return words[start : words.find(" ", start + len(hit))]

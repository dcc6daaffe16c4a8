"""Into which pieces does a language model of the BERT family cut a text?"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

UNKNOWN, BEGINS, ENDS = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100


class WordPieces:
    """Cuts words into the longest pieces of a vocabulary (WordPiece; Schuster and Nakajima, 2012)."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._place: Mapping[str, int] = {piece: place for place, piece in enumerate(vocabulary)}
        self._known: dict[str, tuple[int, ...]] = {}

    def cut(self, text: str, most: int) -> list[int]:
        """The places of a text's pieces with their begin and end marks, `most` in all."""
        found: list[int] = []
        for word in plain_words(text):
            if len(found) >= most - 2:
                break
            found += self.of_word(word)
        return [self._place[BEGINS], *found[: most - 2], self._place[ENDS]]

    def of_word(self, word: str) -> tuple[int, ...]:
        """The places of the pieces of a word in small letters."""
        if word not in self._known:
            self._known[word] = tuple(self._pieces(word))
        return self._known[word]

    def _pieces(self, word: str) -> list[int]:
        pieces: list[int] = []
        start = 0
        while start < len(word) <= LONGEST_WORD:
            end, mark = len(word), "##" if start else ""
            while end > start and mark + word[start:end] not in self._place:
                end -= 1
            if end == start:
                break
            pieces.append(self._place[mark + word[start:end]])
            start = end
        return pieces if start == len(word) else [self._place[UNKNOWN]]


def plain_words(text: str) -> Iterator[str]:
    """Words without case and accents; each mark, and each Chinese sign, stands alone.

    >>> list(plain_words("Where's my Café-card?"))
    ['where', "'", 's', 'my', 'cafe', '-', 'card', '?']
    """
    word = ""
    for letter in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(letter)
        if kind == "Mn" or letter == "\ufffd" or (kind.startswith("C") and not letter.isspace()):
            continue
        alone = kind.startswith("P") or _is_ascii_mark(letter) or "\u4e00" <= letter <= "\u9fff"
        if not alone and not letter.isspace():
            word += letter
            continue
        if word:
            yield word
            word = ""
        if alone:
            yield letter
    if word:
        yield word


def _is_ascii_mark(letter: str) -> bool:
    return letter in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

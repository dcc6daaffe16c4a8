"""In which language is a text, as far as its letters and its smallest words tell?

Each language has its most frequent words; a word that several share counts for less. Where the best does not
stand clear of the next, or too little is said, the answer is `unknown` (Cavnar & Trenkle 1994 rank n-grams in
the same spirit; function words need fewer of them for a sentence).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

UNKNOWN = "unknown"

_WORDS: Mapping[str, str] = {
    "en": "the and is to of a in that it for on with not are was this have you be as at but my we they "
    "can from an or has when i do does your all would there which will our if what so no just "
    "please since after cannot don't it's i'm could should how why who been were more than them "
    "their out up get every only very "
    "me us now per let one way see need want time new still where he she also work works",
    "de": "der die das und ist nicht ich zu den mit ein eine es auf für sich wir sie auch von dem im "
    "wird kann aber wenn noch nur nach bei hat haben sind werden oder dass daß wie mein unsere "
    "bitte seit kein keine sehr einen einem als schon immer mehr was warum mir uns durch über vor "
    "zum zur am um",
    "fr": "le la les et est pas je de des un une que qui pour dans sur ne avec plus nous vous il elle "
    "ce cette mais ou au aux du en très depuis quand mon notre votre sont a ont être faire ça "
    "c'est j'ai n'est peut comment pourquoi tout tous bien sans si leur on même",
    "es": "el la los las y es no de que en un una por para con se lo su al del muy pero como más cuando "
    "mi nuestro está están tiene puede desde porque hay sin sobre todo esta este son ser ya "
    "también les nos yo qué cómo hace solo después siempre",
    "it": "il la i gli le e è non di che in un una per con si lo da del della dei più ma come quando "
    "mio nostro sono ho hanno può anche dopo sempre questo questa nel nella alla al perché molto "
    "ci essere tutto senza dal solo ogni",
    "pt": "o a os as e é não de que em um uma para com se por do da dos das mais mas como quando meu "
    "nosso está são tem pode também depois sempre este esta no na ao muito já foi eu você nos "
    "porque sem só ser isso desde ainda",
    "nl": "de het een en is niet ik van te dat in op voor met zijn we wij ze zij maar als er aan bij "
    "ook nog kan naar wordt worden heeft hebben mijn onze uw je jij dit die wat waarom sinds geen "
    "heel veel om uit door over moet kunnen al elke wanneer hoe",
    "sv": "och att det är som en på för av med den inte till jag vi har ett om men kan de så var från "
    "när ska mycket bara eller efter min vår mitt alla nu också finns måste sedan varför hur",
    "da": "og at det er en på til af med den ikke jeg vi har et om men kan de så var fra når skal meget "
    "kun eller efter min vores alle nu også findes siden hvorfor hvordan som der blev bliver",
    "no": "og at det er en på til av med den ikke jeg vi har et om men kan de så var fra når skal "
    "veldig bare eller etter min vår alle nå også finnes siden hvorfor hvordan som blir ble må",
    "pl": "i w nie na jest się że to do z jak ale o po tak co od dla są ma już tylko czy być mam mi nas "
    "bardzo kiedy może przez gdy jestem ich przy bez proszę dlaczego można zawsze",
    "fi": "ja on ei se että en mutta ovat kun niin oli tämä myös vain minä me jos kuin mitä voi ole "
    "sitä mukaan tai nyt miksi olen kaikki vielä hyvin ollut",
    "tr": "ve bir bu da de için ile çok ama daha var yok ne gibi ben biz siz her kadar sonra olarak "
    "değil mi mı en şu o lütfen neden nasıl olan diye ki hiç",
    "cs": "a je se na to že v s z do ne o jsem jak ale pro by tak po si jsou mi když už jen co jako má "
    "nebo může velmi proč prosím není",
}
_LETTERS: Mapping[str, str] = {
    "ß": "de", "ñ": "es", "¿": "es", "¡": "es", "ã": "pt", "õ": "pt", "ł": "pl", "ą": "pl", "ę": "pl",
    "ğ": "tr", "ş": "tr", "ı": "tr", "ř": "cs", "ě": "cs", "ů": "cs", "œ": "fr", "ê": "fr",
}  # fmt: skip
_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("ja", "[\u3040-\u30ff]"),
    ("ko", "[\uac00-\ud7af]"),
    ("zh", "[\u3400-\u9fff]"),
    ("ar", "[\u0600-\u06ff]"),
    ("he", "[\u0590-\u05ff]"),
    ("el", "[\u0370-\u03ff]"),
    ("th", "[\u0e00-\u0e7f]"),
    ("hi", "[\u0900-\u097f]"),
    ("uk", "[іїєґІЇЄҐ]"),
    ("ru", "[\u0400-\u04ff]"),
)
_SCRIPT_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _SCRIPTS)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LETTER_WEIGHT = 1.5
_FEWEST = 1.0
_CLEAR_OF_NEXT = 1.3
_MOST_CHARACTERS = 2_000


def _weights() -> dict[str, tuple[tuple[str, float], ...]]:
    held: dict[str, list[str]] = {}
    for language, words in _WORDS.items():
        for word in words.split():
            held.setdefault(word, []).append(language)
    return {
        word: tuple((language, 1.0 / len(languages)) for language in languages)
        for word, languages in held.items()
    }


_HELD = _weights()


def language_of(text: str) -> str:
    """The language of a text as its ISO 639-1 code, `unknown` where it is not clear.

    >>> [language_of(text) for text in ("The map is wrong", "Die Karte ist falsch", "地図が違う", "ok 12")]
    ['en', 'de', 'ja', 'unknown']
    """
    text = text[:_MOST_CHARACTERS]
    by_script = None if text.isascii() else _by_script(text)
    if by_script is not None:
        return by_script
    scores: defaultdict[str, float] = defaultdict(float)
    for word in _WORD.findall(text.lower().replace("’", "'")):
        for language, weight in _HELD.get(word, ()):
            scores[language] += weight
    if not text.isascii():
        for letter in text.lower():
            if letter in _LETTERS:
                scores[_LETTERS[letter]] += _LETTER_WEIGHT
    if not scores:
        return UNKNOWN
    (best, score), *others = sorted(scores.items(), key=lambda each: -each[1])[:2]
    if score < _FEWEST or (others and score < _CLEAR_OF_NEXT * others[0][1]):
        return UNKNOWN
    return best


def _by_script(text: str) -> str | None:
    """The language whose letters are most of a text that has others than Latin ones."""
    latin = len(re.findall(r"[A-Za-z]", text))
    for name, pattern in _SCRIPT_PATTERNS:
        count = len(pattern.findall(text))
        most = count * 2 > latin if name in ("ja", "ko", "zh") else count > latin
        if name == "uk":
            most = count > 0 and len(re.findall("[\u0400-\u04ff]", text)) > latin
        if count and most and not (name == "ru" and re.search("[ўЎ]", text)):
            return name
    return None

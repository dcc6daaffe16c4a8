"""Which sentences of a message are quotes, and where in it does each stand?

Nothing is rewritten: a quote is a span of its message, and the spans in their order, with what lies between
them, are the message. Greetings and thanks are no quotes; they stay in the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

VERSION = 1
"""Goes up when the same message is cut in another way."""

_WIDE = "。！？｡；"
_LONG_ENDS = "؟۔।॥።։"
_CLOSERS = "\"'”’»)\\]）」』】“"
_EMOJI = (
    "\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u203c\u2049\u2049\u231a\u231b\u23e9-\u23f3\u23f8-\u23fa"
)
_JOINED = "\ufe0f\u200d\U0001f3fb-\U0001f3ff"
_END = re.compile(
    rf"(?P<wide>[{_WIDE}]+[{_CLOSERS}]*)"
    rf"|(?P<stop>[.!?…{_LONG_ENDS}]+)(?P<closed>[{_CLOSERS}]*)(?=\s|$|[{_EMOJI}])"
    rf"|(?P<glued>[!?]+)(?=[A-ZÀ-ÞА-Я])"
    rf"|(?P<face>[{_EMOJI}][{_EMOJI}{_JOINED}]*|(?<=\s)(?::-?[)(DPp]|;-?\)|<3|\^\^))(?=\s|$)"
)
_LINE = re.compile(r"[^\n]+")
_MARKER = re.compile(r"\s*(?:[-*•‣◦·–—]\s+|\(?\d{1,2}[.)]\s+|[a-z][)]\s+|\[[ xX]?\]\s+)")
_WORD_BEFORE = re.compile(r"([^\W\d_](?:\w|\.(?=\w))*|\d{1,2})$")
_MONTH = re.compile(
    r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|okt|oct|nov|de[zc]|januari|mei)\w*\b", re.IGNORECASE
)
# Followed by more of the sentence, whatever its first letter is.
_NEVER_LAST = frozenset(
    [
        *("mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "hr", "fr", "mme", "mlle", "sra", "dipl", "ing"),
        *("e.g", "i.e", "z.b", "d.h", "u.a", "p.ex", "p.e", "bijv", "cf", "vs", "vgl", "ca", "approx"),
        *("no", "nr", "núm", "vol", "pp", "fig", "tel", "ext", "incl", "inkl", "excl", "exkl", "bzw", "ggf"),
        *("evtl", "max", "min", "ver", "rev", "ref", "art", "abs", "dept", "est", "resp", "sog", "str"),
    ]
)
# The last word of a sentence only if the next begins with a capital.
_MAYBE_LAST = frozenset(
    ["etc", "usw", "inc", "ltd", "co", "corp", "a.m", "p.m", "u.s", "u.k", "e.u", "al", "sec", "hrs", "enz"]
)
_NOT_LAST_NUMBERS = frozenset(["no", "nr"])
_URL_BEFORE = re.compile(r"(?:://|www\.|[?&]\w+=)\S*$")

_LETTER = re.compile(r"[^\W\d_]")
_SCRIPT_WITHOUT_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0e7f]")
_FEWEST_LETTERS = 3
_FEWEST_SIGNS = 2

_GREETS = (
    r"hi|hello|hey|hiya|greetings|good (?:morning|afternoon"
    r"|evening|day)|dear|hallo|moin|guten (?:tag|morgen|abend)"
    r"|liebe[rs]?|sehr geehrte[rs]?|bonjour|salut|bonsoir"
    r"|cher|chère|hola|buen[oa]s (?:d[ií]as|tardes|noches)"
    r"|estimad[oa]s?|ciao|buongiorno|salve|gentile|ol[áa]"
    r"|bom dia|boa tarde|hoi|beste|geachte|goedendag|hej|hei"
)
_GREETING = re.compile(
    rf"\s*(?:{_GREETS})\b(?:[ \t]+[\w.'’&-]+){{0,4}}?[ \t]*(?:[,!:]+(?=\s|$)|(?=\n)|$)", re.IGNORECASE
)
_CLOSES = (
    r"(?:many |much |kind )?thank(?:s|x)?(?: you| u)?(?: (?:so"
    r"|very) much| a (?:lot|million)| again| guys| all| team)?"
    r"(?: in advance| for (?:your|the) (?:help|time|support|quick (?:reply|answer|response)|work))?"
    r"|thx|ty|tia|(?:best|kind|warm)?\s*regards|best(?: wishes)?"
    r"|cheers|sincerely|yours(?: \w+)?|take care|bye"
    r"|have a (?:nice|great|good) (?:day|weekend|week|one)"
    r"|looking forward to (?:your (?:reply|answer)|hearing from you)"
    r"|(?:vielen |besten |herzlichen )?dank(?:e)?(?: (?:im voraus|schön|sehr|vielmals|euch|ihnen))?"
    r"|(?:mit )?(?:freundlichen?|viele|liebe|beste|schöne) gr(?:ü"
    r"|ue)(?:ß|ss)en?|mfg|vg|lg|merci(?: (?:beaucoup|d'avance))?"
    r"|cordialement|(?:muchas )?gracias(?: de antemano)?|saludos(?: cordiales)?|un saludo|grazie(?: mille)?"
    r"|cordiali saluti|obrigad[oa]|(?:hartelijk )?(?:dank"
    r"|bedankt)(?: alvast)?|groeten|met vriendelijke groet(?:en)?"
    r"|ありがとう(?:ございます)?|よろしくお願いします|谢谢|謝謝|감사합니다|شكرا|spasibo|спасибо|с уважением"
)
_COURTESY = re.compile(
    rf"(?:(?:{_GREETS})(?:[ \t]+[\w.'’&-]+){{0,4}}|(?:{_CLOSES})(?:[ \t]*,?[ \t]+[A-Z]\w+){{0,2}}"
    r"|こんにちは|你好|您好|안녕하세요|مرحبا|здравствуйте|привет)[\s.,!…:;)(\-–—^]*",
    re.IGNORECASE,
)
# Somebody's name, alone in its line.
_NAME = re.compile(r"[^\W\d_a-zß-ÿ][\w.'’-]*(?:[ \t]+[^\W\d_a-zß-ÿ][\w.'’-]*){0,2}")
_MOST_SIGNED = 4
_ONLY_FACES = re.compile(rf"[\s{_EMOJI}{_JOINED}]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A quote by its place among the quotes of its message, from one, and where it begins and ends."""

    place: int
    start: int
    end: int


def split_quotes(text: str) -> tuple[Span, ...]:
    """The quotes of a message, in their order.

    >>> [text[q.start : q.end] for text in ["Hi Anna, the v2.0 app (e.g. on Android) spins... Why?! Thanks"]
    ...  for q in split_quotes(text)]
    ['the v2.0 app (e.g. on Android) spins...', 'Why?!']
    """
    pieces = [*_pieces(text)]
    found = [piece for piece in _unsigned(text, pieces) if _says_something(text[slice(*piece)])]
    return tuple(Span(place=place, start=start, end=end) for place, (start, end) in enumerate(found, start=1))


def cut_places(text: str) -> tuple[int, ...]:
    """Where inside a quote a person may want to cut it: before a clause that could stand alone.

    >>> [text[place:] for text in ["The map is wrong, and the invite spins"] for place in cut_places(text)]
    ['and the invite spins']
    """
    found = (match.end() for match in _CLAUSE.finditer(text))
    return tuple(place for place in found if 0 < place < len(text) and _LETTER.search(text[:place]))


_CLAUSE = re.compile(
    r"[,;:–—]\s+|[，、；]|\s+(?=(?:and|but|also|because|so|or"
    r"|und|aber|auch|weil|oder|et|mais|aussi|y|pero|también"
    r"|e|ma|en|maar|ook)\s)",
    re.IGNORECASE,
)


def _unsigned(text: str, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without the name behind a closing phrase at the end."""
    for place in range(len(pieces) - 1, max(0, len(pieces) - _MOST_SIGNED), -1):
        if not _NAME.fullmatch(text, *pieces[place]):
            break
        if _COURTESY.fullmatch(text, *pieces[place - 1]):
            return pieces[:place]
    return pieces


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    for begin, end in _runs(text):
        start = begin
        marker = _MARKER.match(text, start, end)
        if marker and marker.end() < end:
            start = marker.end()
        greeting = _GREETING.match(text, start, end)
        if greeting and greeting.end() < end and text[greeting.end() : end].strip():
            yield _trimmed(text, start, greeting.end())
            start = greeting.end()
        for match in _END.finditer(text, start, end):
            if match.end() > start and _is_end(text, match, end):
                yield _trimmed(text, start, match.end())
                start = match.end()
        if start < end:
            yield _trimmed(text, start, end)


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Lines; one that goes on in the next, being cut where a program ran out of room, with the next."""
    begun: tuple[int, int] | None = None
    for line in _LINE.finditer(text):
        if begun is not None and _goes_on(text, begun[1], line.start(), line.end()):
            begun = (begun[0], line.end())
            continue
        if begun is not None:
            yield begun
        begun = line.span()
    if begun is not None:
        yield begun


def _goes_on(text: str, end: int, start: int, stop: int) -> bool:
    if start - end != 1 or _MARKER.match(text, start, stop):
        return False
    before = text[max(0, end - 2) : end].rstrip()
    return text[start].islower() and bool(before) and before[-1] not in f".!?:;…{_WIDE}{_LONG_ENDS}"


def _is_end(text: str, match: re.Match[str], end: int) -> bool:
    """Does a sentence end at these marks?"""
    if match["wide"]:
        return True
    if match["glued"]:
        return not _URL_BEFORE.search(text, max(0, match.start() - 200), match.start())
    following = _first_letter(text, match.end(), end)
    if not following:
        return True
    if match["face"]:
        return not following.islower()
    if match["closed"] and following.islower():
        return False
    marks = match["stop"]
    if set(marks) & {"!", "?"} or marks[0] in _LONG_ENDS:
        return True
    if marks != ".":
        return not following.islower()
    return _is_full_stop(text, match, following)


def _is_full_stop(text: str, match: re.Match[str], following: str) -> bool:
    word = _WORD_BEFORE.search(text, max(0, match.start() - 40), match.start())
    if word is None:
        return not following.islower() or text[max(0, match.start() - 1) : match.start()].isdigit()
    name = word[1].lower()
    if name.isdecimal():
        return not following.islower() and not _MONTH.match(text, match.end() + 1)
    if name in _NEVER_LAST and not (name in _NOT_LAST_NUMBERS and following.isalpha()):
        return False
    if name in _MAYBE_LAST or "." in name:
        return not following.islower()
    if len(name) == 1:
        # An initial, unless it is the word I, or a letter that is a name: plan B.
        return not word[1].isupper() or (word[1] == "I" and following.isupper())
    return True


def _first_letter(text: str, start: int, end: int) -> str:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[start] in "\"'“‘«([":
        start += 1
    return text[start] if start < end else ""


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _says_something(piece: str) -> bool:
    signs = len(_SCRIPT_WITHOUT_SPACES.findall(piece))
    letters = len(_LETTER.findall(piece)) if signs < _FEWEST_SIGNS else signs
    if signs < _FEWEST_SIGNS and letters < _FEWEST_LETTERS:
        return False
    return not _COURTESY.fullmatch(piece) and not _ONLY_FACES.fullmatch(piece)

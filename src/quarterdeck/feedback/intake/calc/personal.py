"""Where in a text does it say who somebody is or how to reach them, and what stands there instead?

Each find is a typed span. A number is a telephone number only if it is written as one and nothing before or
behind it says that it is an order, a version, a day or a price.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, cast, get_args

VERSION = 1
"""Goes up when the same text is masked in another way."""

Kind = Literal["e-mail", "phone", "IBAN", "card", "IP address", "link", "name"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Personal:
    """What kind of personal data stands from where to where."""

    kind: Kind
    start: int
    end: int


_MASK = re.compile(rf"\[({'|'.join(get_args(Kind))})\]")
_DIGIT = re.compile(r"\d")
_MAIL = re.compile(
    r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?![\w@])"
)
_MAIL_SPELLED = re.compile(
    r"(?<!\w)[\w.+-]{2,40}\s?[\[({]\s?(?:at"
    r"|ät)\s?[\])}]\s?\w[\w-]*(?:(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)\w{2,})+",
    re.IGNORECASE,
)
_LINK = re.compile(r"\b(?:https?|ftp)://[^\s<>\"']+|(?<![\w.])www\.[^\s<>\"']+", re.IGNORECASE)
_SECRET = re.compile(
    r"[?&#;](?:[\w-]*(?:token|secret|passw|signature|session|auth|api_?key|otp|invite|invitation)[\w-]*"
    r"|key|sig|sid|code|jwt|pwd|email|e-mail|phone|user|ticket)=[^&\s]{2,}",
    re.IGNORECASE,
)
_LONG_SECRET = re.compile(r"[/=#][A-Za-z0-9_-]{20,}(?=[/?&#.,]|$)")
_USER_IN_LINK = re.compile(r"://[^/\s@]+@")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(
    r"(?<![\w.,-])[2-6]\d{3}(?:([ -]?)\d{4})(?:\1\d{4}){1,2}(?:\1\d{1,7})?(?![\w-])"
    r"|(?<![\w.,-])3[47]\d{2}[ -]?\d{6}[ -]?\d{5}(?![\w-])"
)
_IP4 = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_IP6 = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])")
_VERSION_BEFORE = re.compile(
    r"(?:\bv(?:ersion|er)?|release|build|firmware|update|app|sdk|ios|android)\.?[ :]*$", re.IGNORECASE
)

# What begins a telephone number: a plus, two zeros, a bracket, or the zero of one's own country.
_PHONE = re.compile(
    r"(?<![\w.,:/#@+-])(?:(?:\+|00)[1-9](?:[ ]?[()./-]?[ ]?\d){6,13}"
    r"|\(\d{2,5}\)[ ]?\d{2,5}(?:[ ./-]?\d{2,6}){1,4}"
    r"|0\d{1,4}[ ]?[/-][ ]?\d{3,9}(?:[ -]\d{1,5})?|0\d(?:[ .]\d{2}){4}|0\d{1,4}(?:[ -]\d{2,8}){1,4}|0\d{8,10}"
    r"|\d{3}[-. ]\d{3}[-. ]\d{4}|1[-. ]\d{3}[-. ]\d{3}[-. ]\d{4}|\d{2,5}(?:[ -]\d{2,5}){2,4}|\d{7,12})"
    r"(?![\w@%€$£/]|[.,:-]\d| ?(?:%|€|\$|£|EUR|USD|GBP|CHF|kr\b|px|ms|[KMG]B|kg|km))"
)
_SURE_PHONE = re.compile(
    r"\+|00[1-9]|\(|0\d{1,4}[ ]?[/-]|0\d(?:[ .]\d{2}){4}$"
    r"|0\d{1,4}(?:[ -]\d{2,8}){1,4}$|0\d{9,10}$|\d{3}[-.]\d{3}[-.]\d{4}$|1[-.]"
)
_PHONE_CUE = re.compile(
    r"(?:call|phone|ph|tel|telephone|telefon|téléphone|teléfono"
    r"|telefono|mobile|mobil|cell|fax|whatsapp|sms|text"
    r"|ring|reach|handy|rufnummer|anrufen|dial|number is|nummer ist|gsm|portable|móvil|rückruf|bel)\b"
    r"[^\d\n]{0,24}$",
    re.IGNORECASE,
)
_OTHER_CUE = re.compile(
    r"\b(?:order|ticket|invoice|case|ref(?:erence)?|sku|serial"
    r"|isbn|ean|po|id|account|customer|article|item|booking"
    r"|tracking|job|bestellung|bestellnummer|auftrag|rechnung"
    r"|kundennummer|artikel|vorgang|commande|facture|pedido"
    r"|factura|fattura|ordine|bestelling|factuur|version|v|build"
    r"|error|code|model|part|patent|license|no|nr|n°)"
    r"[ ]?(?:number|no|nr|nummer|id|code|#)?[.:# ]*(?:is|was|ist|war|=)?[ ]*[A-Z]{0,4}[-#]?$",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:[€$£¥]|EUR|USD|GBP|CHF|kr)[ ]?$")
_DAY = re.compile(
    r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}(?!\d)|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d(?!\d)"
    r"|(?:19|20)\d\d[ ]?[-/–][ ]?(?:19|20)?\d\d$|(?:19|20)\d{6}$|[01]?\d[0-5]\d[ ]?-[ ]?[0-2]?\d[0-5]\d$"
)
_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3})+$")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15

_GREETING = re.compile(
    r"(?:^|(?<=[\n.!?]))[ \t]*(?:hi|hello|hey|dear|hallo"
    r"|liebe[rs]?|sehr geehrte[rs]?|moin|bonjour|salut|cher|chère"
    r"|hola|estimad[oa]|ciao|gentile|olá|hoi|beste|geachte"
    r"|hej|guten (?:tag|morgen)|good (?:morning|afternoon))"
    r"[ \t]+(?:(?:mr|mrs|ms|dr|prof|herrn?|frau|monsieur|madame"
    r"|señora?|sr|sra|signora?|dhr|mevrouw)\.?[ \t]+){0,2}",
    re.IGNORECASE | re.MULTILINE,
)
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau|Madame|Monsieur"
    r"|Señora?|Sra|Signora?|Mevrouw)\.?[ \t]+(?=[^\W\d_a-z])"
)
_SELF = re.compile(
    r"(?:my name is|my name's|i am called|mein name ist"
    r"|ich hei(?:ß|ss)e|je m'appelle|me llamo|mi nombre es|mi chiamo"
    r"|mijn naam is|ik heet|meu nome é)[ \t]+",
    re.IGNORECASE,
)
_NAME = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*\.?"
_NAMES = re.compile(
    rf"{_NAME}(?:[ \t]+(?:(?:van|von|de|der|den|di|da|la|le|del|bin|al)[ \t]+){{0,2}}{_NAME}){{0,2}}"
)
_INTRODUCED = re.compile(
    rf"\b(?i:i'm|i am|this is|ich bin|hier ist|je suis|soy|sono)[ \t]+(?=({_NAME}(?:[ \t]+{_NAME})?)"
    r"(?:,|[ \t]+(?:from|of|at|von|vom|de|da|van)[ \t]))"
)
# Whoever greets in small letters ends the name with a comma.
_SMALL_NAME = re.compile(r"([^\W\d_]{3,})(?=[ \t]*(?:,|\n))")
_CLOSING = re.compile(
    r"(?:^|\n|(?<=[.!?])[ \t])[ \t]*(?:(?:best|kind|warm)?[ \t]*(?:regards"
    r"|wishes)|best|cheers|sincerely|thanks|thank you"
    r"|many thanks|(?:vielen )?dank(?:e)?|(?:mit )?(?:freundlichen?"
    r"|viele|liebe|beste) gr(?:ü|ue)(?:ß|ss)en?|mfg|lg|vg"
    r"|merci|cordialement|gracias|(?:un )?saludos?|grazie|groeten|met vriendelijke groet(?:en)?|obrigad[oa])"
    r"[ \t]*[,.!]?[ \t]*(?:\n[ \t]*|(?<=[,!])[ \t]*|[ \t]+)"
    r"|(?:^|\n)[ \t]*[-–—~]{1,2}[ \t]*(?=\S+(?:[ \t]\S+)?\s*$)",
    re.IGNORECASE,
)
_END_OF_NAME = re.compile(r"[ \t]*(?:[,!.:\n]|$)")
_WORDS_FOR_NOBODY = (
    "team all lord just yes sorry there everyone everybody support sir madam folks guys friends people "
    "company helpdesk service both again zusammen alle team damen herren kundenservice equipe équipe tous "
    "todos equipo tutti allen iedereen and or the i we it you to for in on my our this that please since "
    "after when why how is are your best regards thanks quarterdeck customer admin developers devs developer "
)
_NOBODY = frozenset(_WORDS_FOR_NOBODY.split())


def find_personal(text: str, names: Iterable[str] = ()) -> tuple[Personal, ...]:
    """Every personal span, in order, none within another; `names` are those known of the people concerned.

    >>> [(p.kind, "Call +49 30 1234567 or ann@acme.test, order 4711"[p.start : p.end])
    ...  for p in find_personal("Call +49 30 1234567 or ann@acme.test, order 4711")]
    [('phone', '+49 30 1234567'), ('e-mail', 'ann@acme.test')]
    """
    found: list[Personal] = []
    has_digit = _DIGIT.search(text) is not None
    finders: list[tuple[Kind, Callable[[str], Iterator[tuple[int, int]]]]] = [("link", _links)]
    if "@" in text or "at" in text.lower():
        finders.append(("e-mail", _mails))
    if has_digit:
        finders += [("IBAN", _ibans), ("card", _cards), ("IP address", _addresses), ("phone", _phones)]
    finders += [("name", _names_by_place), ("name", lambda text: _known_names(text, names))]
    for kind, finder in finders:
        for start, end in finder(text):
            if not any(start < other.end and other.start < end for other in found):
                found.append(Personal(kind=kind, start=start, end=end))
    return tuple(sorted(found, key=lambda personal: personal.start))


def masked(text: str, spans: Iterable[Personal]) -> str:
    """The text with what stands in each span replaced by its kind, in brackets.

    >>> masked("Mail ann@acme.test!", find_personal("Mail ann@acme.test!"))
    'Mail [e-mail]!'
    """
    pieces, end = [], 0
    for span in spans:
        pieces += [text[end : span.start], f"[{span.kind}]"]
        end = span.end
    return "".join((*pieces, text[end:]))


def within(spans: Iterable[Personal], start: int, end: int) -> Iterator[Personal]:
    """What of some spans lies in a stretch of the text, counted from where that begins.

    >>> [(p.start, p.end) for p in within(find_personal("Mail ann@acme.test!"), 9, 19)]
    [(0, 9)]
    """
    for each in spans:
        first, last = max(each.start, start), min(each.end, end)
        if first < last:
            yield Personal(kind=each.kind, start=first - start, end=last - start)


def hidden_in(text: str, mask: str) -> tuple[Personal, ...]:
    """Which spans of a text its masked form hides; what that shows stays what is shown.

    >>> hidden_in("Ann says: mail ann@acme.test!", "[name] says: mail [e-mail]!") == (
    ...     Personal(kind="name", start=0, end=3), Personal(kind="e-mail", start=15, end=28))
    True
    """
    # Shown and kind by turns, beginning and ending with what is shown.
    pieces = _MASK.split(mask)
    shape = "(.*?)".join(map(re.escape, pieces[::2]))
    found = re.fullmatch(shape, text, re.DOTALL)
    if found is None:
        return (Personal(kind="name", start=0, end=len(text)),) if mask != text else ()
    return tuple(
        Personal(kind=cast("Kind", kind), start=found.start(number), end=found.end(number))
        for number, kind in enumerate(pieces[1::2], start=1)
    )


def _links(text: str) -> Iterator[tuple[int, int]]:
    """Links that let in whoever has them, or that name somebody; what they end in may be punctuation."""
    if "://" not in text and "www." not in text:
        return
    for match in _LINK.finditer(text):
        link = match[0].rstrip(".,;:!?)]}»”'")
        if _SECRET.search(link) or _USER_IN_LINK.search(link) or _has_long_secret(link):
            yield match.start(), match.start() + len(link)


def _has_long_secret(link: str) -> bool:
    """A part that no person would type: long, with digits among letters."""
    return any(
        any(c.isdigit() for c in part[0]) and any(c.isalpha() for c in part[0]) and part[0].count("-") < 3
        for part in _LONG_SECRET.finditer(link)
    )


def _mails(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_MAIL, _MAIL_SPELLED):
        for match in pattern.finditer(text):
            yield match.span()


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN.finditer(text):
        # Words in capitals behind the number look like more of it.
        written = match[0]
        while written:
            if is_iban(written.replace(" ", "")):
                yield match.start(), match.start() + len(written)
                break
            written = written.rpartition(" ")[0]


_IBAN_LENGTHS = {
    "NO": 15, "BE": 16, "DK": 18, "FI": 18, "NL": 18, "AT": 20, "CH": 21, "DE": 22, "GB": 22, "IE": 22,
    "ES": 24, "SE": 24, "PT": 25, "FR": 27, "IT": 27, "PL": 28,
}  # fmt: skip


def is_iban(number: str) -> bool:
    """Is the check sum right (ISO 13616, modulo 97), and the length that of its country?

    >>> is_iban("DE89370400440532013000"), is_iban("DE89370400440532013001")
    (True, False)
    """
    if not 15 <= len(number) <= 34 or len(number) != _IBAN_LENGTHS.get(number[:2], len(number)):
        return False
    digits = "".join(str(int(character, 36)) for character in number[4:] + number[:4])
    return int(digits) % 97 == 1


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 13 <= len(digits) <= 19 and has_luhn(digits) and len(set(digits)) > 1:
            yield match.span()


def has_luhn(digits: str) -> bool:
    """Is the last digit the check digit of the others (Luhn 1954)?

    >>> has_luhn("4242424242424242"), has_luhn("4242424242424241")
    (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for match in _IP4.finditer(text):
        if _is_address(match[0]) and not _VERSION_BEFORE.search(text, 0, match.start()):
            yield match.span()
    if text.count(":") > 1:
        for match in _IP6.finditer(text):
            if len(match[0]) > 5 and _is_address(match[0]) and any(c in "0123456789" for c in match[0]):
                yield match.span()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for match in _PHONE.finditer(text):
        if _is_phone(match[0], text[max(0, match.start() - 48) : match.start()]):
            yield match.span()


def _is_phone(number: str, before: str) -> bool:
    digits = sum(character.isdigit() for character in number)
    if not _FEWEST_DIGITS <= digits <= _MOST_DIGITS or _DAY.match(number) or _MONEY_BEFORE.search(before):
        return False
    if number.startswith("+") or _PHONE_CUE.search(before):
        return True
    if _OTHER_CUE.search(before) or _THOUSANDS.match(number):
        return False
    return bool(_SURE_PHONE.match(number))


def _names_by_place(text: str) -> Iterator[tuple[int, int]]:
    """Names where letters have them: behind a greeting or a title, in "my name is", and at the end."""
    for pattern in (_GREETING, _TITLED, _SELF, _INTRODUCED):
        for match in pattern.finditer(text):
            yield from _name_at(text, match.end())
            small = _SMALL_NAME.match(text, match.end()) if pattern is _GREETING else None
            if small and small[1].islower() and small[1] not in _NOBODY:
                yield small.span(1)
    for match in _CLOSING.finditer(text):
        found = _NAMES.match(text, match.end())
        # Behind the name stands the end of the letter, or of its line.
        if found and _END_OF_NAME.match(text, found.end()):
            yield from _name_at(text, match.end())


def _name_at(text: str, place: int) -> Iterator[tuple[int, int]]:
    found = _NAMES.match(text, place)
    if not found:
        return
    words = [(word.start(), word.end()) for word in re.finditer(r"\S+", found[0])]
    end = 0
    for start, stop in words:
        if found[0][start:stop].strip(".,").lower() in _NOBODY:
            break
        end = stop
    if end and found[0][:end].strip("."):
        yield place, place + len(found[0][:end].rstrip("."))


_FEWEST_LETTERS = 2
# Names that begin sentences as words: these count with the rest of the name alone.
_WORDS_OF_NAMES = (
    "will mark may april june august hope grace joy faith art bill rich dean page long young short small "
    "white black brown green king price rose lane day chase summer miles case field fields wood woods stone "
    "hill lake moon bank banks book baker cook miller can ray rob sue pat drew jack guy don sky van der von"
)
_WORDS_TOO = frozenset(_WORDS_OF_NAMES.split())


def _known_names(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Names that a table holds, as whole words; a short one only as it is written there."""
    for name in names:
        words = re.split(r"[\s,]+", name.strip())
        alone = (word for word in words if len(word) > _FEWEST_LETTERS and word.lower() not in _WORDS_TOO)
        parts = {name.strip(), *alone}
        for part in sorted(parts, key=len, reverse=True):
            if len(part) < _FEWEST_LETTERS or part.lower() in _NOBODY:
                continue
            # A part of a name counts as it is written, a whole name however it is.
            flags = re.IGNORECASE if " " in part else re.NOFLAG
            for match in re.finditer(rf"(?<!\w){re.escape(part)}(?!\w)", text, flags):
                yield match.span()

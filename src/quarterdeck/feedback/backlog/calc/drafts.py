"""What is written to somebody whose wish shipped, in their language?

Only what is known is said: when they wrote, what shipped, and when. No thanks for patience, no promise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

USUAL = "en"
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Letter:
    """The parts of a letter in one language; `day` writes a date."""

    day: str
    greeting: str
    told: str
    asks: str
    closing: str


_LETTERS: Mapping[str, _Letter] = {
    "en": _Letter(
        day="{day} {month} {year}",
        greeting="Hello,",
        told="on {said} you told us what you were missing. It is there now: “{title}” shipped on {shipped}.",
        asks="If it does not do what you need, please answer this message.",
        closing="Kind regards",
    ),
    "de": _Letter(
        day="{day}. {month} {year}",
        greeting="Guten Tag,",
        told="am {said} haben Sie uns geschrieben, was Ihnen fehlt. Seit dem {shipped} ist es da: „{title}“.",
        asks="Wenn es nicht das ist, was Sie brauchen, antworten Sie bitte auf diese Nachricht.",
        closing="Freundliche Grüße",
    ),
    "fr": _Letter(
        day="{day} {month} {year}",
        greeting="Bonjour,",
        told="le {said}, vous nous avez dit ce qui vous manquait. C’est disponible depuis le {shipped} : "
        "« {title} ».",
        asks="Si cela ne répond pas à votre besoin, répondez simplement à ce message.",
        closing="Cordialement",
    ),
    "es": _Letter(
        day="{day} de {month} de {year}",
        greeting="Buenos días:",
        told="el {said} nos dijo qué echaba en falta. Está disponible desde el {shipped}: «{title}».",
        asks="Si no es lo que necesita, responda a este mensaje, por favor.",
        closing="Un cordial saludo",
    ),
    "nl": _Letter(
        day="{day} {month} {year}",
        greeting="Goedendag,",
        told="op {said} liet u ons weten wat u miste. Sinds {shipped} is het er: “{title}”.",
        asks="Doet het niet wat u nodig hebt, antwoord dan op dit bericht.",
        closing="Met vriendelijke groet",
    ),
}
LANGUAGES = tuple(_LETTERS)


def draft_reply(*, language: str, title: str, said: date, shipped: date, sender: str) -> str:
    """The letter in a language, or in English where that one is not known.

    >>> print(draft_reply(language="nl", title="Plan offline", said=date(2026, 9, 3),
    ...                   shipped=date(2026, 9, 21), sender="Acme").splitlines()[2])
    op 3 september 2026 liet u ons weten wat u miste. Sinds 21 september 2026 is het er: “Plan offline”.
    """
    known = language if language in _LETTERS else USUAL
    letter = _LETTERS[known]
    told = letter.told.format(said=_day(known, said), shipped=_day(known, shipped), title=title)
    told = told[:1].upper() + told[1:] if known == "en" else told
    return f"{letter.greeting}\n\n{told}\n\n{letter.asks}\n\n{letter.closing}\n{sender}"


def _day(language: str, when: date) -> str:
    month = _MONTHS[language].split()[when.month - 1]
    return _LETTERS[language].day.format(day=when.day, month=month, year=when.year)

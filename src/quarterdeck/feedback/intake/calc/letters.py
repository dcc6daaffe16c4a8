"""What did the writer of a letter say, without its markup, what it quotes, and how it is signed?"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "div",
        "dd",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    ]
)
_UNSEEN = frozenset(["head", "script", "style", "title", "template"])
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_QUOTED_CLASS = re.compile(
    r"gmail_quote|yahoo_quoted|moz-cite|zendesk-quote|OutlookMessageHeader|WordSection9"
)
_MARKUP = re.compile(r"<(?:/?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?|!--.*?--)>", re.DOTALL)
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")


class _Reader(HTMLParser):
    """Collects what is seen; what is quoted becomes lines that begin with a mark."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[bool, str]] = []
        self._line: list[str] = []
        # Counted, for letters nest without end and every piece of text asks.
        self._open: list[tuple[str, bool, bool]] = []
        self._open_tags: Counter[str] = Counter()
        self._quoted = self._unseen = 0

    def end_line(self) -> None:
        self.lines.append((self._quoted > 0, _BLANKS.sub(" ", "".join(self._line)).strip()))
        self._line = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS or tag == "li" or tag == "br":
            if self._line or tag == "br":
                self.end_line()
            if tag == "p" and self.lines and self.lines[-1][1]:
                self.end_line()
            if tag == "li":
                self._line.append("- ")
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")
        if tag not in _VOID:
            named = dict(attrs)
            quoted = (
                tag == "blockquote"
                or named.get("id") == "appendonsend"
                or bool(_QUOTED_CLASS.search(named.get("class") or ""))
            )
            self._open.append((tag, quoted, tag in _UNSEEN))
            self._open_tags[tag] += 1
            self._quoted += quoted
            self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if not self._open_tags[tag]:
            return
        if (tag in _BLOCKS or tag == "li") and self._line:
            self.end_line()
        closed = ""
        while closed != tag:
            closed, quoted, unseen = self._open.pop()
            self._open_tags[closed] -= 1
            self._quoted -= quoted
            self._unseen -= unseen

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._line.append(data.replace("\n", " "))


def text_of(body: str) -> str:
    """A body without its markup, if it has any: a line for each block, quoted lines marked `> `.

    >>> text_of("<p>It <b>spins</b>.</p><ul><li>on Android<li>since Monday</ul>")
    'It spins.\\n- on Android\\n- since Monday'
    >>> text_of("a < b and b > c")
    'a < b and b > c'
    """
    if not _MARKUP.search(body):
        return body.replace("\r\n", "\n").replace("\r", "\n").strip()
    reader = _Reader()
    reader.feed(body)
    reader.close()
    reader.end_line()
    lines = (f"> {line}" if quoted and line else line for quoted, line in reader.lines)
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A letter in its parts; no line is lost between them."""

    said: str
    quoted: str = ""
    signature: str = ""


# What stands above the words that a letter answers; everything behind is somebody else's, or said before.
_ANSWERED = re.compile(
    r"""^\s*(?:
        -{2,}\s*(?:original\ message|forwarded\ message|urspr(?:ü|ue)ngliche\ nachricht|message\ d'origine
            |mensaje\ original|oorspronkelijk\ bericht|messaggio\ originale)\s*-{2,}
      | \#\#-.{0,80}-\#\#
      | _{20,}
      | (?:on|am|le|el|op|il)\b.{4,200}
            \b(?:wrote|schrieb|a\ [ée]crit|escribi[óo]|schreef|ha\ scritto)\b.{0,80}:
      | (?:from|von|de|van|da)\s*:\s.*
            (?:@|\n\s*(?:sent|date|gesendet|datum|envoy[ée]|enviado|verzonden)\s*:).*
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_SENT_FROM = re.compile(
    r"^\s*(?:sent (?:from|via) (?:my |outlook|mail|yahoo)|get outlook for|von meinem .{2,40} gesendet"
    r"|envoy[ée] (?:de|depuis) mon|enviado desde mi|verstuurd vanaf mijn|inviato da(?:l mio)? )",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:(?:best|kind|warm|many|with)?\s*(?:regards|wishes|greetings)|best|cheers|sincerely"
    r"|yours(?: truly| sincerely)?"
    r"|(?:many )?thanks(?: and regards| in advance)?|thank you|mit freundlichen gr(?:ü|ue)(?:ß|ss)en"
    r"|(?:viele|liebe|beste) gr(?:ü|ue)(?:ß|ss)e|mfg|vg|lg|cordialement|bien à vous|saludos(?: cordiales)?"
    r"|un saludo|met vriendelijke groet(?:en)?|groeten|cordiali saluti|att|atenciosamente)\s*[,.!]?\s*$",
    re.IGNORECASE,
)
_MOST_SIGNED_LINES = 8
_MOST_SIGNED_CHARACTERS = 80


def open_letter(text: str) -> Letter:
    """Tell what is said from what is quoted and from the signature.

    >>> open_letter("It spins.\\n\\nBest regards,\\nAnna\\n\\nOn Mon, Support wrote:\\n> Hello")
    Letter(said='It spins.', quoted='On Mon, Support wrote:\\n> Hello', signature='Best regards,\\nAnna')
    """
    lines = text.split("\n")
    end = next((place for place, _ in enumerate(lines) if _is_answered(lines, place)), len(lines))
    quoted = [line for line in lines[:end] if line.lstrip().startswith(">")] + lines[end:]
    own = [line for line in lines[:end] if not line.lstrip().startswith(">")]
    cut = _signature_begins(own)
    if not any(line.strip() for line in own[:cut]):
        cut = len(own)
    return Letter(
        said="\n".join(own[:cut]).strip(),
        quoted="\n".join(quoted).strip(),
        signature="\n".join(own[cut:]).strip(),
    )


def _is_answered(lines: list[str], place: int) -> bool:
    line = lines[place]
    if len(line) > 400 or not line.strip():
        return False
    if _ANSWERED.match(line):
        # A rule of underscores is one only above a header; anything else may be a form.
        return not line.strip().startswith("____") or any(
            ":" in each for each in lines[place + 1 : place + 3]
        )
    following = lines[place + 1] if place + 1 < len(lines) else ""
    joined = (f"{line.strip()}{joint}{following.strip()}" for joint in (" ", "\n"))
    return bool(following.strip()) and any(_ANSWERED.match(each) for each in joined)


def _signature_begins(lines: list[str]) -> int:
    for place, line in enumerate(lines):
        rest = [each for each in lines[place + 1 :] if each.strip()]
        if line.rstrip("\n") in ("-- ", "--", "—") or _SENT_FROM.match(line):
            return place
        if _CLOSING.match(line) and _are_signed(rest):
            return place
    return len(lines)


def _are_signed(lines: list[str]) -> bool:
    """Short lines without a sentence: a name, what somebody is, where, how to reach them."""
    return len(lines) <= _MOST_SIGNED_LINES and all(
        len(line) <= _MOST_SIGNED_CHARACTERS and not line.rstrip().endswith(("?", "!")) for line in lines
    )

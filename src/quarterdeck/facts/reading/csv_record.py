"""What are the fields of one CSV record, read strictly by RFC 4180?"""


def parse_record(text: str, delimiter: str) -> list[str] | None:
    """The fields of a record without its line end, or None where RFC 4180 does not allow it.

    >>> parse_record('1,"a ""b"" c",', ",")
    ['1', 'a "b" c', '']
    >>> parse_record('1,"open', ",") is None
    True
    """
    fields: list[str] = []
    position = 0
    while True:
        if text[position : position + 1] == '"':
            closed = _quoted_field(text, position + 1)
            if closed is None:
                return None
            field, position = closed
            if position < len(text) and text[position] != delimiter:
                return None
        else:
            end = text.find(delimiter, position)
            end = len(text) if end < 0 else end
            field, position = text[position:end], end
            if '"' in field or "\r" in field or "\n" in field:
                return None
        fields.append(field)
        if position == len(text):
            return fields
        position += 1


def _quoted_field(text: str, position: int) -> tuple[str, int] | None:
    """The field whose quote opened before `position`, and where it ends; None if it never does."""
    parts: list[str] = []
    while (end := text.find('"', position)) >= 0:
        parts.append(text[position:end])
        if text[end + 1 : end + 2] != '"':
            return "".join(parts), end + 1
        parts.append('"')
        position = end + 2
    return None

"""Which numbers does a column of texts hold that are written plainly, such as 12 or -3.5?

Told for all texts at once by their bytes. Whatever is written otherwise is left to a closer look.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.facts.usual_times import text_buffers

_DOT, _MINUS, _NOUGHT = ord("."), ord("-"), ord("0")
# Longer ones may be ids, or have more digits than a double.
_LONGEST = 15


def usual_numbers(texts: Any) -> Any:
    """Doubles in place of texts, missing where one is written otherwise."""
    offsets, content = text_buffers(texts)
    starts, lengths = offsets[:-1], np.diff(offsets)
    content = np.append(content, np.zeros(2, np.uint8))
    digits = (content - _NOUGHT) <= 9
    dots, others = _counts(content == _DOT, offsets), _counts(~digits & (content != _DOT), offsets)
    negative = content[starts] == _MINUS
    first = starts + negative
    behind = first + 1
    plain = (lengths > negative) & (lengths <= _LONGEST) & (others == negative) & (dots <= 1)
    plain &= digits[first] & digits[np.maximum(starts + lengths - 1, 0)]
    # A nought in front would be lost.
    plain &= (content[first] != _NOUGHT) | (behind == starts + lengths) | (content[behind] == _DOT)
    return pc.if_else(pa.array(plain), texts, pa.scalar(None, texts.type)).cast(pa.float64())


def _counts(marked: Any, offsets: Any) -> Any:
    """How many marked bytes each text has."""
    upto = np.concatenate((np.zeros(1, np.int32), np.cumsum(marked, dtype=np.int32)))
    return upto[offsets[1:]] - upto[offsets[:-1]]

"""What is the value of a formula over lines called A, B, C?"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from quarterdeck.errors import QuarterdeckError

Floats = NDArray[np.float64]

OPERATORS: dict[type[ast.operator], Callable[[Floats, Floats], Floats]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def evaluate(formula: str, lines: Sequence[Floats], decimals: int | None = None) -> Floats:
    """The formula, value by value; what has no value, as 0 / 0, is 0.

    >>> evaluate("A / (A + B)", [np.array([1.0, 0.0]), np.array([3.0, 0.0])])
    array([0.25, 0.  ])
    """
    try:
        tree = ast.parse(formula.strip(), mode="eval")
    except SyntaxError as error:
        raise _unreadable(formula) from error
    with np.errstate(all="ignore"):
        found = np.broadcast_to(_value(tree.body, lines, formula), lines[0].shape).astype(np.float64)
    found = np.where(np.isfinite(found), found, 0.0) + 0.0  # no nought is less than nought
    return found if decimals is None else np.round(found, decimals)


def _value(node: ast.expr, lines: Sequence[Floats], formula: str) -> Floats:
    match node:
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
            return OPERATORS[type(sign)](_value(left, lines, formula), _value(right, lines, formula))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, lines, formula)
        case ast.Constant(value=int() | float() as number):
            return np.array(float(number))
        case ast.Name(id=name) if len(name) == 1 and 0 <= ord(name.upper()) - ord("A") < len(lines):
            return lines[ord(name.upper()) - ord("A")]
    raise _unreadable(formula)


def _unreadable(formula: str) -> QuarterdeckError:
    return QuarterdeckError(
        f"{formula!r} is no formula.", "Use + - * / ( ) and numbers with the lines A, B, C in their order."
    )

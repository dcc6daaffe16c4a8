"""How are rows of numbers multiplied, whether most of them are nought or none is?"""

from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

Floats: TypeAlias = NDArray[np.float32]
Sparse: TypeAlias = csr_array[np.float32, tuple[int, int]]
Points: TypeAlias = Sparse | Floats
"""One row a text; each of length one."""


def sparse(values: NDArray[Any], rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, int]) -> Sparse:
    """A matrix of a few numbers; those in one place are added up."""
    made: Any = csr_array((values.astype(np.float32), (rows, columns)), shape=shape)
    made.sum_duplicates()
    return cast("Sparse", made)


def product(left: Any, right: Any) -> Floats:
    """left @ right, written out."""
    made: Any = left @ right
    return np.asarray(made if isinstance(made, np.ndarray) else made.toarray(), dtype=np.float32)


def sparse_product(left: Any, right: Any) -> Sparse:
    """left @ right, where both have few numbers."""
    return cast("Sparse", (left @ right).tocsr())


def row_scaled(rows: Any, scale: NDArray[Any]) -> Sparse:
    """Each row times a number of its own."""
    return sparse_product(diags_array(scale.astype(np.float32)), rows)


def column_scaled(rows: Any, scale: NDArray[Any]) -> Sparse:
    """Each column times a number of its own."""
    return sparse_product(rows, diags_array(scale.astype(np.float32)))


def squared_lengths(rows: Any) -> Floats:
    """The square of each row's length."""
    return np.asarray((rows * rows).sum(axis=1), dtype=np.float32).ravel()


def unit(rows: Floats) -> Floats:
    """Each row at length one; a row of noughts stays."""
    made: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return made

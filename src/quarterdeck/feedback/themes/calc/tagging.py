"""Which tags does a text get, from what the taxonomy says and people have decided?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.texts import Example, TagWords

Scores = NDArray[np.float32]


def score_texts(tags: Sequence[TagWords], examples: Sequence[Example], texts: Sequence[str]) -> Scores:
    """How likely each tag is for each text: one row a text, one column a tag."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # slow import
    from sklearn.linear_model import LogisticRegression  # slow import

    place = {tag.name: index for index, tag in enumerate(tags)}
    known, truth = [], []
    for tag in tags:
        for text in (f"{tag.name.replace('_', ' ')} {tag.description}", *tag.examples):
            known.append(text)
            truth.append(place[tag.name])
    for example in examples:
        for name in example.tags:
            known.append(example.text)
            truth.append(place[name])
    if len(tags) == 1:
        return np.ones((len(texts), 1), dtype=np.float32)
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), dtype=np.float32)
    features = words.fit_transform(known)
    model = LogisticRegression(C=10, max_iter=300).fit(features, truth)
    scores: Scores = model.predict_proba(words.transform(texts)).astype(np.float32)
    return scores

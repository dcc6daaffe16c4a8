"""What the made-up people sorted stands under tags that their company has."""

from pathlib import Path

from ruamel.yaml import YAML

import quarterdeck.demo
from quarterdeck.demo.sorting import TAGS
from quarterdeck.demo.vocabulary import THEMES


def test_every_theme_has_its_tag():
    file = Path(quarterdeck.demo.__file__).parent / "definitions" / "themes" / "taxonomy.yaml"
    names = {tag["name"] for tag in YAML(typ="safe").load(file)["tags"]}
    assert set(TAGS) == set(THEMES)
    assert set(TAGS.values()) == names

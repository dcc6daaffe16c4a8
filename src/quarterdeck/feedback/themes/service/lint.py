"""What is wrong with a taxonomy beyond its shape?"""

from collections.abc import Iterator

from quarterdeck.definitions.folder import Models, Problem
from quarterdeck.errors import did_you_mean
from quarterdeck.feedback.themes.definitions import Taxonomy


def tag_named_twice(_: str, taxonomy: Taxonomy, __: Models) -> Iterator[Problem]:
    """Two tags of one name, in whatever case, could not be told apart."""
    first: dict[str, str] = {}
    for place, tag in enumerate(taxonomy.tags):
        folded = tag.name.casefold()
        if folded in first:
            message = f"the tag '{tag.name}' stands here a second time"
            yield ("tags", place, "name"), message, "Keep one of them, or give it another name."
        first[folded] = tag.name


def unknown_parent(_: str, taxonomy: Taxonomy, __: Models) -> Iterator[Problem]:
    """A parent is a tag of the same taxonomy."""
    for place, tag in enumerate(taxonomy.tags):
        if tag.parent is not None and tag.parent not in taxonomy.names:
            hint = did_you_mean(tag.parent, taxonomy.names) or f"Add '{tag.parent}' as a tag of its own."
            yield ("tags", place, "parent"), f"there is no tag '{tag.parent}'", hint


def parent_of_itself(_: str, taxonomy: Taxonomy, __: Models) -> Iterator[Problem]:
    """Going up from parent to parent comes to an end."""
    parents = {tag.name: tag.parent for tag in taxonomy.tags}
    for place, tag in enumerate(taxonomy.tags):
        above, seen = tag.parent, {tag.name}
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above == tag.name:
            message = f"'{tag.name}' is above itself"
            yield ("tags", place, "parent"), message, "Take one `parent:` of the circle away."


def unknown_journey(_: str, taxonomy: Taxonomy, models: Models) -> Iterator[Problem]:
    """A journey in which customers meet a tag is a saved one, where the saved ones are known."""
    known = models.get("journey")
    if known is None:
        return
    for place, tag in enumerate(taxonomy.tags):
        for number, name in enumerate(tag.journeys):
            if name not in known:
                hint = did_you_mean(name, known) or f"Known: {', '.join(sorted(known)) or 'none yet'}."
                yield ("tags", place, "journeys", number), f"there is no journey '{name}'", hint

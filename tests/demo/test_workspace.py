from quarterdeck.definitions.lint import check_workspace
from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.demo.plan import COMPANY, CURRENCY, TIMEZONE
from quarterdeck.demo.stories import movement_stories
from quarterdeck.demo.workspace import demo_definitions
from quarterdeck.site.capabilities import load_kinds


def test_the_companys_definitions_pass_the_check(tmp_path):
    kinds = load_kinds()
    begun = init_workspace(
        tmp_path,
        company=COMPANY,
        timezone=TIMEZONE,
        currency=CURRENCY,
        demo=True,
        kinds=kinds,
        definitions=demo_definitions(),
    )
    assert begun.workspace.demo
    assert check_workspace(tmp_path, kinds) == []


def test_there_is_a_north_star_three_inputs_two_guardrails_and_more():
    names = [name for name in demo_definitions() if name.startswith("metrics/")]
    tree = demo_definitions()["metrics/tree.yaml"]
    assert "north_star:" in tree
    assert tree.count("  - ") >= 5
    assert len(names) >= 15


def test_every_metric_that_a_story_moves_is_defined():
    known = {name.removeprefix("metrics/").removesuffix(".yaml") for name in demo_definitions()}
    for story in movement_stories():
        assert set(story.metrics) <= known

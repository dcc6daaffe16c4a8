import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.metrics.calc.suggesting import Habit, suggest
from quarterdeck.insights.metrics.definitions import Metric, Tree
from quarterdeck.insights.metrics.service.suggest import starting_texts


def habit(event, *, times, people, person_weeks, early=0, placed=0):
    return Habit(
        event=event,
        times=times,
        people=people,
        weeks=10,
        person_weeks=person_weeks,
        first_day_times=early,
        with_account=placed,
    )


SHOP = (
    habit("page_view", times=90_000, people=5_000, person_weeks=30_000),
    habit("signed_up", times=1_000, people=1_000, person_weeks=1_000, early=1_000),
    habit("order_placed", times=9_000, people=900, person_weeks=5_000, placed=8_900),
    habit("report_read", times=2_000, people=500, person_weeks=1_000),
    habit("checkout_failed", times=70, people=60, person_weeks=65),
)


def names(place):
    return [each.name for each in suggest(SHOP, weeks=10, people=5_000) if each.place == place]


def test_a_north_star_is_what_people_come_back_to_do_and_not_what_they_only_see():
    assert names("north star")[:2] == ["order_placed_accounts", "order_placed_people"]
    assert not any("page_view" in name for name in (*names("north star"), *names("input")))


def test_what_people_do_once_when_they_are_new_is_an_input_and_failing_a_guardrail():
    assert names("input")[0] == "signed_up_people"
    assert names("guardrail") == ["checkout_failed"]


def test_without_anything_used_nothing_is_suggested():
    assert suggest((), weeks=0, people=0) == ()
    assert suggest(SHOP[:1], weeks=10, people=5_000) == ()


def test_the_chosen_become_valid_files_with_their_parts_before_them():
    from ruamel.yaml import YAML

    suggestions = suggest(SHOP, weeks=10, people=5_000)
    texts = starting_texts(
        suggestions,
        north_star="order_placed_accounts",
        inputs=["signed_up_people", "order_placed_per_person"],
        owner="Head of product",
    )
    paths = list(texts)
    assert paths.index("metrics/order_placed_times.yaml") < paths.index(
        "metrics/order_placed_per_person.yaml"
    )
    for path, text in texts.items():
        content = YAML(typ="safe").load(text)
        (Tree if path.endswith("tree.yaml") else Metric).model_validate(content)
    assert YAML(typ="safe").load(texts["metrics/tree.yaml"])["guardrails"] == ["checkout_failed"]


@pytest.mark.parametrize(
    ("north_star", "inputs"),
    [("", ["signed_up_people"]), ("nonsense", ["signed_up_people"]), ("order_placed_people", [])],
)
def test_a_choice_must_be_whole(north_star, inputs):
    suggestions = suggest(SHOP, weeks=10, people=5_000)
    with pytest.raises(QuarterdeckError):
        starting_texts(suggestions, north_star=north_star, inputs=inputs, owner="x")


@given(
    st.lists(
        st.builds(
            habit,
            st.text(max_size=60),
            times=st.integers(1, 10**6),
            people=st.integers(1, 10**5),
            person_weeks=st.integers(1, 10**6),
            early=st.integers(0, 10**6),
            placed=st.integers(0, 10**6),
        ),
        max_size=12,
        unique_by=lambda each: each.event,
    )
)
def test_whatever_the_events_are_called_every_suggestion_is_a_valid_metric(habits):
    for each in suggest(habits, weeks=10, people=1_000):
        for part in (*each.needs, each):
            Metric.model_validate({"title": part.title, **part.content, "owner": "Head of product"})
            assert part.name.isidentifier()

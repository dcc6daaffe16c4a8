"""Themes are found, named, and known again."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.errors import FactError, QuarterdeckError
from quarterdeck.feedback.themes.calc.communities import communities
from quarterdeck.feedback.themes.calc.grouping import NO_GROUP, group_texts
from quarterdeck.feedback.themes.calc.matching import Theme, match_themes
from quarterdeck.feedback.themes.calc.matrices import sparse
from quarterdeck.feedback.themes.calc.naming import distinctive_words, name_of
from quarterdeck.feedback.themes.service.discovering import discover, discovery_json, read_earlier
from tests.feedback.themes.speaking import SENTENCES, TEXTS

IDS = tuple(f"q{number}" for number in range(len(TEXTS)))


def graph_of(edges: list[tuple[int, int]], nodes: int):
    ends = np.array([*edges, *((there, here) for here, there in edges)]).reshape(-1, 2)
    return sparse(np.ones(len(ends)), ends[:, 0], ends[:, 1], (nodes, nodes))


def test_two_triangles_joined_by_an_edge_are_two_communities() -> None:
    graph = graph_of([(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3)], 6)
    found = communities(graph, 1.0)
    assert len(set(found[:3])) == len(set(found[3:])) == 1
    assert found[0] != found[3]


def test_the_karate_club_is_parted_as_well_as_is_known() -> None:
    # Zachary (1977); the best modularity is 0.4198 (Brandes and others, 2008).
    beside = {
        0: "1 2 3 4 5 6 7 8 10 11 12 13 17 19 21 31", 1: "2 3 7 13 17 19 21 30", 2: "3 7 8 9 13 27 28 32",
        3: "7 12 13", 4: "6 10", 5: "6 10 16", 6: "16", 8: "30 32 33", 9: "33", 13: "33", 14: "32 33",
        15: "32 33", 18: "32 33", 19: "33", 20: "32 33", 22: "32 33", 23: "25 27 29 32 33", 24: "25 27 31",
        25: "31", 26: "29 33", 27: "33", 28: "31 33", 29: "32 33", 30: "32 33", 31: "32 33", 32: "33",
    }  # fmt: skip
    edges = [(here, int(there)) for here, all_of in beside.items() for there in all_of.split()]
    assert len(edges) == 78
    found = communities(graph_of(edges, 34), 1.0)
    degree = np.bincount(np.ravel(edges), minlength=34)
    inside = sum(found[here] == found[there] for here, there in edges) / len(edges)
    expected = sum((degree[found == each].sum() / (2 * len(edges))) ** 2 for each in set(found))
    assert inside - expected > 0.40


@given(
    edges=some.lists(some.tuples(some.integers(0, 11), some.integers(0, 11)), min_size=1, max_size=40),
    resolution=some.floats(0.1, 5),
)
def test_communities_hang_together(edges, resolution: float) -> None:
    graph = graph_of([(here, there) for here, there in edges if here != there], 12)
    found = communities(graph, resolution)
    dense = graph.toarray() > 0
    for each in set(found.tolist()):
        members = np.flatnonzero(found == each)
        reached, waiting = {members[0]}, [members[0]]
        while waiting:
            beside = set(np.flatnonzero(dense[waiting.pop()])) & set(members) - reached
            reached |= beside
            waiting += beside
        assert reached == set(members)


@settings(max_examples=15, deadline=None)
@given(order=some.randoms(use_true_random=False), extra=some.lists(some.text(max_size=20), max_size=4))
def test_the_order_of_texts_changes_no_theme(order, extra: list[str]) -> None:
    texts = [*TEXTS, *extra]
    ids = [f"q{number}" for number in range(len(texts))]
    rows = list(range(len(texts)))
    order.shuffle(rows)
    straight = discover(ids, texts)
    shuffled = discover([ids[row] for row in rows], [texts[row] for row in rows])

    def together(found):
        return {
            frozenset(key for key, theme in found.theme_of.items() if theme == each.key)
            for each in found.themes
        }

    assert together(straight) == together(shuffled)
    assert set(straight.theme_of) == set(shuffled.theme_of) == set(ids)


def test_texts_of_one_kind_come_together() -> None:
    groups = group_texts(TEXTS, resolution=1.0).group
    kinds = [kind for kind, texts in enumerate(SENTENCES.values()) for _ in texts]
    pairs = [(one, other) for one in range(len(TEXTS)) for other in range(one)]
    same = [groups[one] == groups[other] for one, other in pairs]
    alike = [kinds[one] == kinds[other] for one, other in pairs]
    assert np.mean(np.array(alike)[same]) > 2 * np.mean(alike)


def test_an_empty_text_has_no_theme_and_a_lone_one_neither() -> None:
    assert group_texts(["", " "], resolution=1.0).group.tolist() == [NO_GROUP, NO_GROUP]
    assert group_texts(["alone"], resolution=1.0).group.tolist() == [NO_GROUP]
    assert group_texts([], resolution=1.0).group.tolist() == []


def test_repeated_texts_are_one_theme() -> None:
    assert group_texts(["the same", "the same"], resolution=1.0).group.tolist() == [0, 0]


def test_a_theme_is_named_by_the_words_that_the_others_lack() -> None:
    words = distinctive_words(list(SENTENCES.values()))
    names = [name_of(each) for each in words]
    assert "parcel" in names[0]
    assert "money" in names[1]
    assert "password" in names[2]


def theme(key: str, *items: str, **words: float) -> Theme:
    return Theme(key=key, items=frozenset(items), words=words)


def test_themes_are_known_again_by_their_texts() -> None:
    match = match_themes(
        [theme("a", "1", "2", "3"), theme("b", "4", "5")], [theme("", "4", "5"), theme("", "1", "2")]
    )
    assert match.same == ("b", "a")


def test_themes_of_other_texts_are_known_again_by_their_words() -> None:
    match = match_themes(
        [theme("a", "1", parcel=0.5, late=0.2)],
        [theme("", "9", money=1.0), theme("", "8", parcel=0.4, late=0.3)],
    )
    assert match.same == (None, "a")


def test_a_theme_that_splits_and_one_that_is_swallowed_are_told() -> None:
    before = [theme("a", *"123456"), theme("b", *"78")]
    match = match_themes(before, [theme("", *"1234"), theme("", *"56"), theme("", "9")])
    assert match.same == ("a", None, None)
    assert match.split_from == {1: "a"}
    match = match_themes(before, [theme("", *"12345678")])
    assert match.same == ("a",)
    assert match.merged_into == {"b": 0}


def test_a_second_run_keeps_the_ids(tmp_path: Path) -> None:
    rows = "\n".join(f'{key},"{text}"' for key, text in zip(IDS, TEXTS, strict=True))
    (tmp_path / "in.csv").write_text(f"id,text\n{rows}\n")
    asked = ["themes", "discover", f"{tmp_path}/in.csv", "--json"]
    first = CliRunner().invoke(build("themes"), asked, catch_exceptions=False)
    (tmp_path / "first.json").write_text(first.stdout)
    (tmp_path / "in.csv").write_text(f"id,text\nnew,where is my parcel\n{rows}\n")
    again = CliRunner().invoke(build("themes"), [*asked, "--previous", f"{tmp_path}/first.json"])
    one, two = json.loads(first.stdout), json.loads(again.stdout)
    assert [item["id"] for item in two["items"]] == ["new", *IDS]
    kept = {each["id"] for each in one["themes"]} & {each["id"] for each in two["themes"]}
    assert len(kept) >= len(one["themes"]) - 1
    assert two["next_number"] >= one["next_number"]
    lines = CliRunner().invoke(build("themes"), asked[:-1], catch_exceptions=False).output
    assert "19 texts" in lines


def test_ids_of_themes_that_are_gone_are_never_used_again(tmp_path: Path) -> None:
    found = discover(IDS, TEXTS)
    (tmp_path / "first.json").write_text(json.dumps(discovery_json(found)))
    fruit = [f"{one} and {two}" for one in ("apples", "pears") for two in ("plums", "figs", "bananas")]
    ids = [f"z{number}" for number in range(len(fruit))]
    other = discover(ids, fruit, earlier=read_earlier(tmp_path / "first.json"))
    numbers = range(found.next_number, other.next_number)
    assert len(numbers) >= 1
    assert [each.key for each in other.themes] == [f"theme-{number}" for number in numbers]
    assert set(other.gone) == {each.key for each in found.themes}


def test_what_is_no_earlier_result_is_told(tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("[]")
    with pytest.raises(FactError, match="holds no themes"):
        read_earlier(tmp_path / "no.json")


def test_a_resolution_of_nothing_is_told() -> None:
    with pytest.raises(QuarterdeckError, match="parts nothing"):
        discover(IDS, TEXTS, resolution=0)

import pytest

from quarterdeck.definitions.lint import check_workspace
from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.facts.maps import read_map
from quarterdeck.site.capabilities import load_kinds
from quarterdeck.site.maps import IMPORTABLE, table_of

GOOD = "person: who\nevent: what\ntime: [at, sent_at]\nsource: {value: web}\nproperties: [plan]\n"


@pytest.fixture
def findings(tmp_path):
    def check(name: str, text: str):
        kinds = load_kinds()
        files = {f"maps/{name}.yaml": text}
        path = init_workspace(
            tmp_path, company="C", timezone="UTC", kinds=kinds, definitions=files
        ).workspace.path
        return [(finding.line, finding.words) for finding in check_workspace(path, kinds)]

    return check


def test_a_good_map_is_good_to_the_fact_store_too(findings, tmp_path):
    assert findings("events_web", GOOD) == []
    assert read_map(IMPORTABLE["events"], tmp_path / "maps/events_web.yaml").options.properties == ["plan"]


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("events", GOOD + "persn: x\n", 6, "unknown key 'persn'. Did you mean 'person'?"),
        ("events", GOOD + "arr: x\n", 6, "events has no column 'arr'"),
        ("events", "person: who\ntime: at\n", 1, "the map gives no 'event', which events needs"),
        ("events", GOOD + "timezone: Amsterdam\n", 6, "there is no time zone"),
        ("events", GOOD + "account: 5\n", 6, "'account' must be text, a list or keys with values"),
        ("aliases", "alias: a\nperson: b\nproperties: all\n", 3, "aliases keeps no properties"),
        ("evnts", GOOD, 1, "begins with no table's name. Did you mean 'events'?"),
    ],
)
def test_a_faulty_map_is_found(findings, name, text, line, words):
    found = findings(name, text)
    assert [at for at, said in found if words in said] == [line], found


def test_the_longest_table_name_that_fits_is_meant():
    assert table_of("work_items_jira") is IMPORTABLE["work_items"]
    assert table_of("imports") is None

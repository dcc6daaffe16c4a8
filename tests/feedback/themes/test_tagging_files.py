"""A file of texts goes in and every id comes out once, with tags or without."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.errors import DefinitionError, FactError
from quarterdeck.feedback.themes.service.book import read_taxonomy_file
from quarterdeck.feedback.themes.service.sheets import read_sheet

TAXONOMY = """
tags:
  - name: late_delivery
    description: The parcel has not come, or came late
  - name: refund
    description: Wants the money back
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.yaml").write_text(TAXONOMY)
    (tmp_path / "in.csv").write_text(
        'id,text,label\n7,"Where is my parcel, it should have come",refund\nb,Money back please,\nc,,\n'
    )
    return tmp_path


def tag(folder: Path, *more: str) -> str:
    asked = [
        "themes",
        "tag",
        f"{folder}/in.csv",
        "--taxonomy",
        f"{folder}/t.yaml",
        "--out",
        f"{folder}/out.csv",
    ]
    done = CliRunner().invoke(build("themes"), [*asked, *more], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return (folder / "out.csv").read_text()


def test_every_text_gets_its_best_tag_when_always_wanted(folder: Path) -> None:
    lines = [line.split(",") for line in tag(folder, "--always").splitlines()]
    assert lines[0] == ["id", "tags", "confidence"]
    assert [(key, tags) for key, tags, _ in lines[1:3]] == [("7", "late_delivery"), ("b", "refund")]
    assert [key for key, _, _ in lines[1:]] == ["7", "b", "c"]
    assert all(0 <= float(confidence) <= 1 for *_, confidence in lines[1:])


def test_the_label_of_a_text_to_tag_is_never_read(folder: Path) -> None:
    before = tag(folder, "--always")
    (folder / "in.csv").write_text((folder / "in.csv").read_text().replace(",refund", ",late_delivery"))
    assert tag(folder, "--always") == before


def test_examples_teach_words_the_taxonomy_does_not_have(folder: Path) -> None:
    (folder / "in.csv").write_text("id,text\n1,the courier vanished\n")
    (folder / "e.csv").write_text("id,text,label\nx,courier nowhere to be seen,late_delivery\n")
    assert "late_delivery" in tag(folder, "--always", "--examples", str(folder / "e.csv"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,txt\n1,a\n", "in.csv:1: there is no column 'text'; there are id, txt."),
        ("id,text\n,a\n", "in.csv:2: the row has no id."),
        ("id,text\n1,a\n1,b\n", "in.csv:3: '1' stands above with another text."),
    ],
)
def test_a_file_that_cannot_be_read_says_where(folder: Path, text: str, message: str) -> None:
    (folder / "in.csv").write_text(text)
    with pytest.raises(FactError) as caught:
        read_sheet(folder / "in.csv")
    assert caught.value.message.endswith(message)
    assert caught.value.hint


def test_odd_rows_are_kept_and_counted(folder: Path) -> None:
    (folder / "in.csv").write_text("id,text\n1,\n2,b\n2,b\n3\n")
    sheet = read_sheet(folder / "in.csv")
    assert list(sheet.ids) == ["1", "2", "3"]
    assert sheet.remarks == ("2 rows without a text", "1 row repeated word for word, read once")


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("description: Wants", "descripton: Wants", "6: unknown key 'tags[2].descripton'", "description"),
        ("name: refund", "name: Late_Delivery", "5: the tag 'Late_Delivery' stands here a second", "another"),
        ("    description: Wants", "    parent: refunds\n    #", "6: there is no tag 'refunds'", "'refund'"),
        ("    description: Wants", "    parent: refund\n    #", "6: 'refund' is above itself", "circle"),
    ],
)
def test_a_wrong_taxonomy_says_where_and_what_to_do(
    folder: Path, old: str, new: str, message: str, hint: str
) -> None:
    (folder / "t.yaml").write_text(TAXONOMY.replace(old, new))
    with pytest.raises(DefinitionError) as caught:
        read_taxonomy_file(folder / "t.yaml")
    assert f"t.yaml:{message}" in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("parts", ["", "    parent: refund\n"])
def test_a_text_that_says_nothing_has_no_tag_in_whatever_taxonomy(folder: Path, parts: str) -> None:
    (folder / "t.yaml").write_text(f"{TAXONOMY}  - name: fee\n    description: A fee\n{parts}")
    (folder / "in.csv").write_text("id,text\n1,\n2,😀😀\n3,?!\n4,Money back please\n")
    lines = [line.split(",") for line in tag(folder, "--wrong-costs", "1").splitlines()]
    assert lines[1:4] == [["1", "", "0.0000"], ["2", "", "0.0000"], ["3", "", "0.0000"]]
    assert lines[4][1] == "refund"


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "there are no columns"), ("key,words\n1,x\n", "no column 'id'; there are key, words")],
)
def test_a_file_of_other_columns_is_told_what_it_has(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "in.csv").write_text(content)
    with pytest.raises(FactError, match=says) as caught:
        read_sheet(tmp_path / "in.csv")
    assert "id,text[,label]" in caught.value.hint

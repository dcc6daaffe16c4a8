import pytest

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.models import Change
from quarterdeck.records.workshop import drafting
from quarterdeck.records.workshop.models import Draft
from quarterdeck.records.workshop.shelf import MOST_CHARACTERS, NoSuchDefinition, plain_text
from tests.records.workshop.conftest import SIGN_UPS


def test_a_draft_begins_from_the_file_and_there_is_one(shelf, place, bob):
    draft = drafting.begin(shelf=shelf, place=place, by=bob)
    assert (draft.text, draft.base_text, draft.author) == (SIGN_UPS, SIGN_UPS, bob)
    assert drafting.begin(shelf=shelf, place=place, by=bob) == draft
    assert Change.objects.get(verb="began draft").key == "sign_ups"


def test_a_save_counts_and_the_same_save_twice_does_not(shelf, place, bob):
    draft = drafting.begin(shelf=shelf, place=place, by=bob)
    saved = drafting.save(draft=draft, text="title: A", version=1, by=bob)
    assert (saved.text, saved.version) == ("title: A\n", 2)
    assert drafting.save(draft=draft, text="title: A", version=1, by=bob).version == 2
    assert Change.objects.filter(verb="saved draft").count() == 1


def test_a_save_over_one_that_was_not_read_shows_both(shelf, place, bob):
    draft = drafting.begin(shelf=shelf, place=place, by=bob)
    drafting.save(draft=draft, text="title: A", version=1, by=bob)
    with pytest.raises(drafting.SavedMeanwhile) as caught:
        drafting.save(draft=draft, text="title: B", version=1, by=bob)
    assert (caught.value.kept.text, caught.value.given) == ("title: A\n", "title: B\n")
    with pytest.raises(drafting.SavedMeanwhile):
        drafting.begin(shelf=shelf, place=place, by=bob, text="title: C")


def test_nobody_writes_in_somebody_elses_draft_without_taking_it_over(shelf, place, bob, carol):
    draft = drafting.begin(shelf=shelf, place=place, by=bob)
    with pytest.raises(Conflict, match="Growth lead is at this definition"):
        drafting.begin(shelf=shelf, place=place, by=carol)
    with pytest.raises(Conflict):
        drafting.save(draft=draft, text="title: A", version=1, by=carol)
    taken = drafting.take_over(draft=draft, by=carol)
    assert drafting.save(draft=draft, text="title: A", version=taken.version, by=carol).author == carol
    with pytest.raises(Conflict):
        drafting.save(draft=draft, text="title: B", version=3, by=bob)
    assert Change.objects.get(verb="took over draft").before == {"author": "Growth lead"}


def test_a_draft_is_discarded_by_its_author_or_an_editor_and_stays_in_the_history(
    shelf, place, bob, carol, dave
):
    draft = drafting.begin(shelf=shelf, place=place, by=bob)
    with pytest.raises(QuarterdeckError, match="Growth lead's"):
        drafting.discard(draft=draft, by=carol)
    assert drafting.discard(draft=draft, by=bob).state == "discarded"
    assert drafting.discard(draft=draft, by=bob).closed_by == bob
    with pytest.raises(Conflict, match="was discarded"):
        drafting.save(draft=draft, text="title: A", version=1, by=bob)
    again = drafting.begin(shelf=shelf, place=place, by=carol)
    drafting.discard(draft=again, by=bob)
    assert Draft.objects.count() == 2


def test_a_draft_goes_out_from_what_was_shown_of_the_disk_and_from_nothing_else(shelf, place, bob):
    draft = drafting.begin(shelf=shelf, place=place, by=bob, text="title: A")
    place.file.write_text("title: B\n")
    assert drafting.is_behind(shelf, place, draft)
    shown = shelf.on_disk(place).digest
    place.file.write_text("title: C\n")
    with pytest.raises(Conflict, match="changed again"):
        drafting.keep_over_disk(shelf=shelf, place=place, draft=draft, shown_digest=shown, by=bob)
    shown = shelf.on_disk(place).digest
    kept = drafting.keep_over_disk(shelf=shelf, place=place, draft=draft, shown_digest=shown, by=bob)
    assert (kept.text, kept.base_text) == ("title: A\n", "title: C\n")
    assert not drafting.is_behind(shelf, place, kept)
    again = drafting.begin_again_from_disk(shelf=shelf, place=place, draft=draft, shown_digest=shown, by=bob)
    assert again.text == "title: C\n"


def test_a_file_that_changed_after_it_was_opened_begins_no_draft(shelf, place, bob):
    shown = shelf.on_disk(place).digest
    place.file.write_text("title: B\n")
    with pytest.raises(Conflict, match="changed meanwhile"):
        drafting.begin(shelf=shelf, place=place, by=bob, text="title: A", shown_digest=shown)
    assert not Draft.objects.exists()


def test_a_file_that_is_no_text_is_left_alone(shelf, place, bob):
    place.file.write_bytes(b"title: \xff\n")
    with pytest.raises(QuarterdeckError, match="not UTF-8"):
        drafting.begin(shelf=shelf, place=place, by=bob)


def test_a_text_is_kept_as_files_are():
    assert plain_text("a\r\nb\rc\x00\ud800") == "a\nb\nc�?\n"
    with pytest.raises(QuarterdeckError, match="100,001 characters"):
        plain_text("x" * (MOST_CHARACTERS + 1))


@pytest.mark.parametrize(
    "name", ["../quarterdeck", "a/b", "..", "", "tree", "new", "A", "1a", "a.b", "a\n", "é", "x" * 61]
)
def test_a_name_that_leads_elsewhere_names_nothing(shelf, name):
    with pytest.raises(NoSuchDefinition):
        shelf.place("metric", name)


def test_a_kind_of_one_file_has_one_name(shelf):
    assert shelf.place("metric_tree", "tree").written == "metrics/tree.yaml"
    with pytest.raises(NoSuchDefinition, match="no name for a metric tree"):
        shelf.place("metric tree", "other")
    with pytest.raises(NoSuchDefinition, match="No kind"):
        shelf.place("metrik", "a")


def test_a_link_out_of_the_workspace_is_not_followed(shelf, place, tmp_path):
    (tmp_path / "secret").write_text("title: secret\n")
    place.file.unlink()
    place.file.symlink_to(tmp_path / "secret")
    with pytest.raises(QuarterdeckError, match="leads out of the workspace"):
        shelf.on_disk(place)

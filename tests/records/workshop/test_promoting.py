"""Promotion against real files, real git repositories, and somebody else at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.models import Change
from quarterdeck.records.workshop import drafting, promoting
from quarterdeck.records.workshop.models import Draft
from tests.records.workshop.conftest import SIGN_UPS, git

BETTER = SIGN_UPS.replace("Teams that", "Each team that")


@pytest.fixture
def draft(shelf, place, bob):
    return drafting.begin(shelf=shelf, place=place, by=bob, text=BETTER)


def promote(shelf, place, draft, by, **more):
    return promoting.promote(shelf=shelf, place=place, draft=draft, version=draft.version, by=by, **more)


def test_a_draft_becomes_the_file_byte_for_byte(shelf, place, draft, bob):
    promoted = promote(shelf, place, draft, bob)
    assert place.file.read_text() == BETTER
    assert (promoted.state, promoted.closed_by, promoted.git_state) == ("promoted", bob, "none")
    change = Change.objects.get(verb="promoted")
    assert change.before["version"] != change.after["version"]


def test_promoting_twice_is_promoting_once(shelf, place, draft, bob):
    promote(shelf, place, draft, bob)
    place.file.write_text(SIGN_UPS)
    promote(shelf, place, draft, bob)
    assert place.file.read_text() == SIGN_UPS
    assert Change.objects.filter(verb="promoted").count() == 1


def test_what_the_linter_refuses_is_not_written(shelf, place, bob):
    draft = drafting.begin(
        shelf=shelf, place=place, by=bob, text=BETTER.replace("kind: count", "kind: cuont")
    )
    with pytest.raises(promoting.Faulty, match=r"sign_ups.yaml:4: 'kind' must be"):
        promote(shelf, place, draft, bob)
    assert place.file.read_text() == SIGN_UPS
    assert drafting.open_draft(place) == draft


def test_what_breaks_another_file_is_refused_and_what_is_broken_anyway_is_not_its_fault(shelf, place, bob):
    share = shelf.place("metric", "share")
    text = share.file.read_text()
    draft = drafting.begin(
        shelf=shelf,
        place=place,
        by=bob,
        text=SIGN_UPS.replace(
            "kind: count\nevent: signed_up", "kind: ratio\nnumerator: paid\ndenominator: paid"
        ),
    )
    with pytest.raises(promoting.Faulty) as caught:
        promote(shelf, place, draft, bob)
    assert {each.file.name for each in caught.value.verdict.caused} == {"share.yaml"}
    share.file.write_text(text.replace("numerator: paid", "numerator: nobody"))
    drafting.discard(draft=draft, by=bob)
    better = drafting.begin(shelf=shelf, place=place, by=bob, text=BETTER)
    assert promote(shelf, place, better, bob).state == "promoted"


def test_an_edit_on_disk_is_a_conflict_and_stays(shelf, place, draft, bob):
    place.file.write_text(f"{SIGN_UPS}# theirs\n")
    with pytest.raises(promoting.ChangedOnDisk, match="was changed since the draft began"):
        promote(shelf, place, draft, bob)
    assert place.file.read_text() == f"{SIGN_UPS}# theirs\n"
    place.file.unlink()
    with pytest.raises(promoting.ChangedOnDisk, match="was deleted"):
        promote(shelf, place, draft, bob)
    assert not place.file.exists()
    assert drafting.open_draft(place) == draft


def test_a_file_that_appeared_where_a_new_definition_was_to_be_is_a_conflict(shelf, bob):
    place = shelf.place("metric", "trials")
    draft = drafting.begin(shelf=shelf, place=place, by=bob, text=BETTER)
    place.file.write_text(SIGN_UPS)
    with pytest.raises(promoting.ChangedOnDisk):
        promote(shelf, place, draft, bob)
    assert place.file.read_text() == SIGN_UPS


def test_a_draft_whose_file_was_written_before_a_crash_is_only_recorded(shelf, place, draft, bob):
    place.file.write_text(BETTER)
    before = place.file.stat().st_mtime_ns
    assert promote(shelf, place, draft, bob).state == "promoted"
    assert place.file.stat().st_mtime_ns == before


def test_a_record_that_cannot_be_written_leaves_a_promotion_that_can_be_repeated(
    shelf, place, draft, bob, monkeypatch
):
    def fail(**_):
        raise ConnectionError("the database is gone")

    monkeypatch.setattr(promoting, "note_lapse", fail)
    with pytest.raises(ConnectionError):
        promote(shelf, place, draft, bob)
    assert drafting.open_draft(place) == draft
    monkeypatch.undo()
    assert promote(shelf, place, draft, bob).state == "promoted"
    assert place.file.read_text() == BETTER


def test_an_older_save_is_not_promoted(shelf, place, draft, bob):
    drafting.save(draft=draft, text=f"{BETTER}# more\n", version=1, by=bob)
    with pytest.raises(Conflict, match="saved meanwhile"):
        promoting.promote(shelf=shelf, place=place, draft=draft, version=1, by=bob)
    assert place.file.read_text() == SIGN_UPS


def test_a_reason_has_its_limit(shelf, place, draft, bob):
    with pytest.raises(QuarterdeckError, match="501 characters"):
        promote(shelf, place, draft, bob, why="x" * 501)
    assert place.file.read_text() == SIGN_UPS


def test_git_takes_that_file_alone_in_the_names_of_author_and_server(repository, shelf, place, draft, alice):
    (repository / "notes.txt").write_text("mine\n")
    git(repository, "add", "notes.txt")
    promoted = promote(shelf, place, draft, alice, why="Sounds better.")
    assert promoted.git_state == "committed"
    assert promoted.git_said == git(repository, "rev-parse", "HEAD")
    assert git(repository, "show", "--name-only", "--format=", "HEAD") == "metrics/sign_ups.yaml"
    assert git(repository, "status", "--porcelain") == "A  notes.txt"
    said = git(repository, "log", "-1", "--format=%an <%ae>|%cn|%B")
    assert said == (
        "Bob <bob@acme.test>|Quarterdeck|Change metric sign_ups\n\nSounds better.\n\n"
        "Promoted-by: Alice <alice@acme.test>"
    )


def test_a_new_definition_is_added_and_committed(repository, shelf, bob):
    place = shelf.place("metric", "trials")
    draft = drafting.begin(shelf=shelf, place=place, by=bob, text=BETTER)
    assert promote(shelf, place, draft, bob).git_state == "committed"
    assert git(repository, "log", "-1", "--format=%s") == "Add metric trials"
    assert git(repository, "status", "--porcelain") == ""


def test_a_workspace_inside_a_repository_is_committed_there(tmp_path, folder, shelf, place, draft, bob):
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "Begin")
    assert promote(shelf, place, draft, bob).git_state == "committed"
    assert git(tmp_path, "show", "--name-only", "--format=", "HEAD") == "acme/metrics/sign_ups.yaml"


@pytest.mark.parametrize("hook", ["pre-commit", "commit-msg"])
def test_a_hook_that_refuses_is_told_and_the_commit_can_be_repeated(
    repository, shelf, place, draft, bob, hook
):
    file = repository / ".git/hooks" / hook
    file.parent.mkdir(exist_ok=True)
    file.write_text("#!/bin/sh\necho 'no metrics on Fridays' >&2\nexit 1\n")
    file.chmod(0o755)
    promoted = promote(shelf, place, draft, bob)
    assert (promoted.state, promoted.git_state) == ("promoted", "failed")
    assert "no metrics on Fridays" in promoted.git_said
    assert place.file.read_text() == BETTER
    assert Change.objects.filter(verb="commit failed").exists()
    file.unlink()
    again = promoting.commit_again(shelf=shelf, place=place, draft=draft)
    assert again.git_state == "committed"
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "log", "-1", "--format=%an") == "Bob"


def test_an_index_that_somebody_holds_is_told(repository, shelf, place, draft, bob):
    held = repository / ".git/index.lock"
    held.touch()
    assert "index.lock" in promote(shelf, place, draft, bob).git_said
    held.unlink()
    assert promote(shelf, place, draft, bob).git_state == "committed"


def test_a_file_that_was_committed_by_hand_counts_as_committed(repository, shelf, place, draft, bob):
    (repository / ".git/index.lock").touch()
    promote(shelf, place, draft, bob)
    (repository / ".git/index.lock").unlink()
    git(repository, "commit", "-q", "-am", "By hand")
    again = promoting.commit_again(shelf=shelf, place=place, draft=draft)
    assert (again.git_state, again.git_said) == ("committed", git(repository, "rev-parse", "HEAD"))


def test_a_later_edit_is_not_committed_under_the_drafts_name(repository, shelf, place, draft, bob):
    (repository / ".git/index.lock").touch()
    promote(shelf, place, draft, bob)
    (repository / ".git/index.lock").unlink()
    place.file.write_text(SIGN_UPS)
    with pytest.raises(Conflict, match="says something else by now"):
        promoting.commit_again(shelf=shelf, place=place, draft=draft)


def test_what_git_ignores_is_written_and_not_committed(repository, shelf, bob):
    (repository / ".git/info/exclude").write_text("metrics/trials.yaml\n")
    place = shelf.place("metric", "trials")
    draft = drafting.begin(shelf=shelf, place=place, by=bob, text=BETTER)
    promoted = promote(shelf, place, draft, bob)
    assert (promoted.git_state, promoted.git_said) == ("none", "Git is told to ignore metrics/trials.yaml.")


def test_a_repository_that_the_environment_names_is_not_believed(
    repository, shelf, place, draft, bob, monkeypatch, tmp_path
):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert promote(shelf, place, draft, bob).git_state == "committed"


def test_two_who_promote_at_once_promote_once(at_once, repository, shelf, place, draft, alice, bob):
    ready = threading.Barrier(2)

    def run(by):
        try:
            ready.wait()
            return promote(shelf, place, draft, by).closed_by_id
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        closed_by = set(pool.map(run, (alice, bob)))
    assert len(closed_by) == 1
    assert Change.objects.filter(verb="promoted").count() == 1
    assert git(repository, "rev-list", "--count", "HEAD") == "2"


def test_of_a_save_and_a_promotion_at_once_what_was_read_is_promoted_or_nothing(
    at_once, shelf, place, draft, alice, bob
):
    ready = threading.Barrier(2)

    def attempt(act):
        try:
            ready.wait()
            act()
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        saved, promoted = pool.map(
            attempt,
            (
                lambda: drafting.save(draft=draft, text=f"{BETTER}# more\n", version=1, by=bob),
                lambda: promote(shelf, place, draft, alice),
            ),
        )
    assert saved != promoted
    kept = Draft.objects.get()
    assert (kept.state == "promoted") == promoted
    assert place.file.read_text() == (BETTER if promoted else SIGN_UPS)


def test_a_file_that_cannot_be_written_is_told_and_the_draft_stays(shelf, place, draft, bob, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(promoting, "write_atomically", full)
    with pytest.raises(QuarterdeckError, match=r"sign_ups.yaml cannot be written: No space left on device"):
        promote(shelf, place, draft, bob)
    assert drafting.open_draft(place) == draft


def test_a_folder_where_the_file_should_be_is_told(shelf, place, draft, bob):
    place.file.unlink()
    place.file.mkdir()
    with pytest.raises(QuarterdeckError, match="cannot be read"):
        promote(shelf, place, draft, bob)

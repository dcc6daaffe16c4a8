import pytest

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.models import Change
from quarterdeck.records.workshop import drafting, promoting, signing_off
from quarterdeck.records.workshop.models import Signature
from tests.records.workshop.conftest import SIGN_UPS

BETTER = SIGN_UPS.replace("Teams that", "Each team that")


def standing(shelf, place):
    return signing_off.sign_off_of(shelf, place).standing


def present(shelf, place):
    return shelf.read(place).version


def signed(shelf, place, by):
    version = present(shelf, place)
    signing_off.propose(shelf=shelf, place=place, version=version, by=by)
    return signing_off.sign(shelf=shelf, place=place, version=version, by=by)


def test_the_owner_signs_a_proposed_version(shelf, place, bob, carol):
    version = present(shelf, place)
    assert standing(shelf, place) == "not signed"
    with pytest.raises(Conflict, match="not proposed"):
        signing_off.sign(shelf=shelf, place=place, version=version, by=bob)
    signing_off.propose(shelf=shelf, place=place, version=version, by=carol)
    signing_off.propose(shelf=shelf, place=place, version=version, by=bob)
    assert standing(shelf, place) == "proposed"
    signature = signing_off.sign(shelf=shelf, place=place, version=version, by=bob)
    assert (signature.owner, signature.by, standing(shelf, place)) == ("Growth lead", bob, "signed")
    assert signing_off.sign(shelf=shelf, place=place, version=version, by=bob) == signature
    assert Change.objects.filter(verb="signed").count() == 1


def test_nobody_signs_in_the_owners_stead_not_even_an_administrator(shelf, place, alice, carol):
    version = present(shelf, place)
    signing_off.propose(shelf=shelf, place=place, version=version, by=alice)
    for person in (alice, carol):
        with pytest.raises(QuarterdeckError, match="Only the owner signs: Growth lead"):
            signing_off.sign(shelf=shelf, place=place, version=version, by=person)
    assert not Signature.objects.exists()


def test_an_open_objection_keeps_a_signature_back_until_it_is_settled(shelf, place, bob, carol, dave):
    version = present(shelf, place)
    signing_off.propose(shelf=shelf, place=place, version=version, by=bob)
    first = signing_off.object_to(shelf=shelf, place=place, version=version, words=" Trials? ", by=carol)
    second = signing_off.object_to(shelf=shelf, place=place, version=version, words="Bots?", by=carol)
    with pytest.raises(Conflict, match="objects"):
        signing_off.sign(shelf=shelf, place=place, version=version, by=bob)
    with pytest.raises(QuarterdeckError, match="Core lead's"):
        signing_off.resolve(shelf=shelf, place=place, objection=first, answer="No", by=dave)
    with pytest.raises(QuarterdeckError, match="answer is empty"):
        signing_off.resolve(shelf=shelf, place=place, objection=first, answer=" ", by=bob)
    signing_off.resolve(shelf=shelf, place=place, objection=first, answer="They are teams.", by=bob)
    settled = signing_off.resolve(shelf=shelf, place=place, objection=second, answer="", by=carol)
    assert (settled.resolved_by, settled.answer) == (carol, "")
    again = signing_off.resolve(shelf=shelf, place=place, objection=first, answer="Again", by=bob)
    assert again.answer == "They are teams."
    assert signing_off.sign(shelf=shelf, place=place, version=version, by=bob)


def test_a_changed_definition_loses_its_signature_and_the_log_says_so(shelf, place, bob):
    signed(shelf, place, bob)
    draft = drafting.begin(shelf=shelf, place=place, by=bob, text=BETTER)
    promoting.promote(shelf=shelf, place=place, draft=draft, version=1, by=bob)
    sign_off = signing_off.sign_off_of(shelf, place)
    assert (sign_off.standing, sign_off.lost.owner) == ("signature lost", "Growth lead")
    lapsed = Change.objects.get(verb="signature lapsed")
    assert lapsed.before["signed by"] == "Growth lead"


def test_a_signature_outlives_a_changed_comment_and_is_lost_by_an_edit_on_disk(shelf, place, bob):
    signed(shelf, place, bob)
    place.file.write_text(f"# another comment\n{SIGN_UPS}")
    assert standing(shelf, place) == "signed"
    place.file.write_text(BETTER)
    assert standing(shelf, place) == "signature lost"
    place.file.write_text(SIGN_UPS)
    assert standing(shelf, place) == "signed"


def test_a_draft_can_be_signed_ahead_and_is_signed_once_it_is_the_file(shelf, place, bob):
    signed(shelf, place, bob)
    draft = drafting.begin(shelf=shelf, place=place, by=bob, text=BETTER)
    version = shelf.read(place, BETTER).version
    signing_off.propose(shelf=shelf, place=place, version=version, by=bob)
    signing_off.sign(shelf=shelf, place=place, version=version, by=bob)
    assert signing_off.sign_off_of(shelf, place).coming.signature
    promoting.promote(shelf=shelf, place=place, draft=draft, version=1, by=bob)
    assert standing(shelf, place) == "signed"
    assert not Change.objects.filter(verb="signature lapsed").exists()


def test_a_version_that_is_past_can_neither_be_proposed_nor_objected_to_nor_signed(shelf, place, bob):
    version = present(shelf, place)
    signing_off.propose(shelf=shelf, place=place, version=version, by=bob)
    place.file.write_text(BETTER)
    for act in (
        lambda: signing_off.propose(shelf=shelf, place=place, version=version, by=bob),
        lambda: signing_off.object_to(shelf=shelf, place=place, version=version, words="No", by=bob),
        lambda: signing_off.sign(shelf=shelf, place=place, version=version, by=bob),
    ):
        with pytest.raises(Conflict, match="reads differently by now"):
            act()


def test_a_file_that_calls_itself_signed_is_not_signed_here(shelf, place, bob):
    place.file.write_text(f"{SIGN_UPS}status: signed\n")
    assert standing(shelf, place) == "signed in the file, not here"
    signed(shelf, place, bob)
    assert standing(shelf, place) == "signed"
    place.file.write_text(f"{SIGN_UPS}status: retired\n")
    assert standing(shelf, place) == "retired"


def test_a_draft_that_gives_a_definition_to_another_owner_is_signed_by_that_one(shelf, place, bob, carol):
    text = SIGN_UPS.replace("Growth lead", "core LEAD")
    drafting.begin(shelf=shelf, place=place, by=bob, text=text)
    version = shelf.read(place, text).version
    signing_off.propose(shelf=shelf, place=place, version=version, by=bob)
    with pytest.raises(QuarterdeckError, match="Only the owner"):
        signing_off.sign(shelf=shelf, place=place, version=version, by=bob)
    assert signing_off.sign(shelf=shelf, place=place, version=version, by=carol).owner == "core LEAD"


def test_what_names_no_owner_cannot_be_signed(shelf, bob):
    place = shelf.place("map", "events")
    place.file.parent.mkdir(exist_ok=True)
    place.file.write_text("event: name\ntime: at\nperson: user\nowner: account_owner\n")
    drafting.begin(shelf=shelf, place=place, by=bob, text="event: name\ntime: at\nperson: user\n")
    version = shelf.read(place).version
    assert signing_off.sign_off_of(shelf, place).owner == ""
    with pytest.raises(QuarterdeckError, match="names no owner"):
        signing_off.propose(shelf=shelf, place=place, version=version, by=bob)


def test_signing_in_the_file_too_does_not_lose_the_signature(shelf, place, bob):
    signed(shelf, place, bob)
    for status in ("draft", "signed"):
        place.file.write_text(f"{SIGN_UPS}status: {status}\n")
        assert standing(shelf, place) == "signed"


def test_a_ratio_loses_its_signature_when_one_of_its_parts_changes(shelf, place, bob, carol):
    share = shelf.place("metric", "share")
    version = shelf.version_of(shelf.read(share), share.kind)
    signing_off.propose(shelf=shelf, place=share, version=version, by=bob)
    signing_off.sign(shelf=shelf, place=share, version=version, by=carol)
    draft = drafting.begin(shelf=shelf, place=place, by=bob, text=BETTER)
    promoting.promote(shelf=shelf, place=place, draft=draft, version=1, by=bob)
    assert standing(shelf, share) == "signature lost"
    assert Change.objects.get(verb="signature lapsed").key == "share"
    place.file.write_text(SIGN_UPS)
    assert standing(shelf, share) == "signed"


def test_the_version_that_is_signed_is_the_one_that_metrics_bear(shelf, folder):
    from quarterdeck.definitions.workspace import open_workspace
    from quarterdeck.insights.metrics.service.book import read_metrics

    book = read_metrics(open_workspace(folder))
    for place in shelf.places(shelf.kind("metric")):
        assert shelf.version_of(shelf.read(place), place.kind) == book.versions[place.name]

"""Walks through the pages of definitions as a browser without JavaScript would."""

import re

import pytest

from quarterdeck.records.workshop.models import Draft
from tests.records.workshop.conftest import SIGN_UPS, folder, git, repository

__all__ = ["folder", "repository"]

ONE = "/definitions/metric/sign_ups/"


@pytest.fixture
def bobs(client, bob, folder):
    client.force_login(bob)
    return client


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1]


def save(client, text, address=ONE, **more):
    page = client.get(f"{address}edit/?view=text")
    form = {"view": "text", "version": hidden(page, "version"), "base": hidden(page, "base"), "text": text}
    return client.post(f"{address}edit/", {**form, **more})


def test_every_definition_is_listed_with_what_is_wrong_at_its_line(bobs, folder):
    (folder / "metrics/paid.yaml").write_text(SIGN_UPS.replace("kind: count", "knd: count"))
    page = bobs.get("/definitions/").content.decode()
    assert "Sign-ups" in page
    assert "Paid share" in page
    assert "line 4" in page
    assert "unknown key &#x27;knd&#x27;" in page


def test_a_definition_is_read_with_its_text_version_owner_and_users(bobs):
    page = bobs.get(ONE).content.decode()
    assert "event: signed_up  # the server&#x27;s event" in page
    assert "Growth lead" in page
    assert 'href="/definitions/metric/share/"' in page


def test_a_save_is_a_draft_and_the_file_stays(bobs, folder):
    answer = save(bobs, SIGN_UPS.replace("Teams that", "Each team that"))
    assert answer.status_code == 302
    assert Draft.objects.get().text == SIGN_UPS.replace("Teams that", "Each team that")
    assert (folder / "metrics/sign_ups.yaml").read_text() == SIGN_UPS
    assert "You are" in bobs.get(ONE).content.decode()


def test_the_form_changes_its_key_alone(bobs):
    page = bobs.get(f"{ONE}edit/")
    assert 'name="field-title" value="Sign-ups"' in page.content.decode()
    bobs.post(
        f"{ONE}edit/",
        {
            "view": "form",
            "version": "0",
            "base": hidden(page, "base"),
            "text": SIGN_UPS.replace("\n", "\r\n"),
            "field-title": "New teams",
            "field-event": "signed_up  # the server's event",
        },
    )
    assert Draft.objects.get().text == SIGN_UPS.replace("title: Sign-ups", "title: New teams")


def test_the_linter_speaks_at_the_line_while_one_types(bobs):
    text = SIGN_UPS.replace("kind: count", "kind: cuont")
    page = bobs.post(f"{ONE}check/", {"view": "text", "text": text}).content.decode()
    assert "Line 4" in page
    assert "Did you mean &#x27;count&#x27;?" in page
    assert 'hx-swap-oob="true"' in page
    assert not Draft.objects.exists()


def test_promoting_writes_the_file_and_commits_it_in_the_authors_name(bobs, repository):
    save(bobs, SIGN_UPS.replace("Teams that", "Each team that"))
    assert "Each team that" in bobs.get(f"{ONE}promote/").content.decode()
    answer = bobs.post(f"{ONE}promote/", {"version": "1", "why": "It read badly."})
    assert (answer.status_code, answer.headers["Location"]) == (302, ONE)
    assert "Each team that" in (repository / "metrics/sign_ups.yaml").read_text()
    said = git(repository, "log", "-1", "--format=%an <%ae> %cn%n%B")
    assert said.splitlines()[0] == "Bob <bob@acme.test> Quarterdeck"
    assert "It read badly." in said
    assert "commit <code>" in bobs.get(ONE).content.decode()


def test_an_edit_on_disk_is_shown_beside_the_draft_and_never_overwritten(bobs, folder):
    save(bobs, SIGN_UPS.replace("Teams that", "Each team that"))
    theirs = SIGN_UPS.replace("Growth lead", "Core lead")
    (folder / "metrics/sign_ups.yaml").write_text(theirs)
    answer = bobs.post(f"{ONE}promote/", {"version": "1"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "owner: Core lead" in page
    assert "Each team that" in page
    assert (folder / "metrics/sign_ups.yaml").read_text() == theirs
    shown = hidden(answer, "shown")
    (folder / "metrics/sign_ups.yaml").write_text(theirs + "# again\n")
    assert bobs.post(f"{ONE}choose/", {"keep": "mine", "shown": shown}).status_code == 409
    shown = hidden(bobs.get(f"{ONE}promote/"), "shown")
    assert bobs.post(f"{ONE}choose/", {"keep": "mine", "shown": shown}).status_code == 302
    assert bobs.post(f"{ONE}promote/", {"version": "2"}).status_code == 302
    assert "Each team that" in (folder / "metrics/sign_ups.yaml").read_text()


def test_two_tabs_do_not_write_over_each_other(bobs):
    page = bobs.get(f"{ONE}edit/?view=text")
    form = {"view": "text", "version": hidden(page, "version"), "base": hidden(page, "base")}
    bobs.post(f"{ONE}edit/", {**form, "text": f"{SIGN_UPS}# one\n"})
    answer = bobs.post(f"{ONE}edit/", {**form, "text": f"{SIGN_UPS}# two\n"})
    assert answer.status_code == 409
    assert "# one" in answer.content.decode()
    assert "# two" in answer.content.decode()
    form = {"view": "text", "version": hidden(answer, "version"), "text": f"{SIGN_UPS}# two\n"}
    assert bobs.post(f"{ONE}edit/", form).status_code == 302
    assert Draft.objects.get().text.endswith("# two\n")


def test_a_second_writer_sees_whose_draft_it_is_and_can_take_it_over(bobs, carol):
    save(bobs, f"{SIGN_UPS}# bob\n")
    bobs.force_login(carol)
    page = bobs.get(f"{ONE}edit/").content.decode()
    assert "Growth lead is" in page
    assert "# bob" in page
    assert bobs.post(f"{ONE}edit/", {"view": "text", "version": "1", "text": "mine"}).status_code == 409
    assert bobs.post(f"{ONE}take-over/").status_code == 302
    assert save(bobs, f"{SIGN_UPS}# carol\n").status_code == 302
    assert Draft.objects.get().author == carol


def test_a_new_definition_begins_with_the_keys_it_needs(bobs, folder):
    answer = bobs.post("/definitions/metric/new/", {"name": "Trial starts"})
    assert answer.headers["Location"] == "/definitions/metric/trial_starts/edit/"
    page = bobs.get("/definitions/metric/trial_starts/edit/").content.decode()
    assert "&#x27;title&#x27; must be text" in page
    assert bobs.get("/definitions/metric/trial_starts/").status_code == 200
    assert bobs.post("/definitions/metric/trial_starts/promote/", {"version": "1"}).status_code == 400
    assert not (folder / "metrics/trial_starts.yaml").exists()
    taken = bobs.post("/definitions/metric/new/", {"name": "sign_ups"})
    assert taken.status_code == 400


@pytest.mark.parametrize(
    "name", ["../quarterdeck", "a/b", "tree", "new", ".hidden", "A", "", "x" * 61, "a\x00"]
)
def test_a_name_that_leads_elsewhere_is_refused(bobs, name):
    answer = bobs.post("/definitions/metric/new/", {"name": name})
    assert answer.status_code == 400 or answer.headers["Location"] == "/definitions/metric/a/edit/"
    assert not Draft.objects.exclude(name="a").exists()


def test_a_metric_is_proposed_objected_to_and_signed_by_its_owner(bobs, alice, bob, carol):
    version = re.search(r'name="version" value="(\w{12})"', bobs.get(ONE).content.decode())[1]
    bobs.force_login(carol)
    assert bobs.post(f"{ONE}propose/", {"version": version}).status_code == 302
    bobs.post(f"{ONE}object/", {"version": version, "words": "Trials count, too?"})
    bobs.force_login(bob)
    page = bobs.get(ONE).content.decode()
    assert "Trials count, too?" in page
    assert bobs.post(f"{ONE}sign/", {"version": version}).status_code == 409
    number = re.search(r"objections/(\d+)/resolve", page)[1]
    assert bobs.post(f"{ONE}objections/{number}/resolve/", {"answer": "No."}).status_code == 302
    bobs.force_login(alice)
    refused = bobs.post(f"{ONE}sign/", {"version": version})
    assert refused.status_code == 400
    assert "Only the owner signs: Growth lead." in refused.content.decode()
    bobs.force_login(bob)
    assert "Your signature is asked for" in bobs.get("/definitions/").content.decode()
    assert bobs.post(f"{ONE}sign/", {"version": version}).status_code == 302
    assert "signed</span> by Growth lead" in bobs.get(ONE).content.decode()
    save(bobs, SIGN_UPS.replace("Teams that", "Each team that"))
    bobs.post(f"{ONE}promote/", {"version": "1"})
    page = bobs.get(ONE).content.decode()
    assert "signature lost" in page
    assert "Signature lapsed" in page


def test_search_finds_definitions_by_what_they_say(bobs):
    assert 'href="/definitions/metric/share/"' in bobs.get("/search/?q=paid+share").content.decode()


def test_changes_to_different_lines_can_be_taken_together(client, carol, folder):
    client.force_login(carol)
    save(client, SIGN_UPS.replace("Teams that", "Each team that"))
    (folder / "metrics/sign_ups.yaml").write_text(SIGN_UPS.replace("title: Sign-ups", "title: New teams"))
    assert f'href="{ONE}choose/"' in client.get(f"{ONE}edit/").content.decode()
    page = client.get(f"{ONE}choose/")
    assert "Take both changes" in page.content.decode()
    answer = client.post(f"{ONE}choose/", {"keep": "both", "shown": hidden(page, "shown")})
    assert answer.headers["Location"] == f"{ONE}edit/"
    text = Draft.objects.get().text
    assert "title: New teams" in text
    assert "Each team that" in text
    assert client.post(f"{ONE}choose/", {"keep": "all", "shown": ""}).status_code == 400


def test_a_hook_that_refuses_is_told_on_the_page_with_the_next_step(bobs, repository):
    hook = repository / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'not on Fridays' >&2\nexit 1\n")
    hook.chmod(0o755)
    save(bobs, SIGN_UPS.replace("Teams that", "Each team that"))
    bobs.post(f"{ONE}promote/", {"version": "1"})
    page = bobs.get(ONE).content.decode()
    assert "metrics/sign_ups.yaml was written, but git refused the commit." in page
    assert "not on Fridays" in page
    hook.unlink()
    assert bobs.post(f"{ONE}commit/").status_code == 302
    assert "commit <code>" in bobs.get(ONE).content.decode()


def test_a_text_that_is_no_form_is_shown_as_text_with_what_is_wrong(bobs):
    save(bobs, "title: [\n")
    page = bobs.get(f"{ONE}edit/?view=form").content.decode()
    assert "not valid YAML" in page
    assert 'name="field-title"' not in page
    assert bobs.post(f"{ONE}check/", {"view": "form", "text": "- a"}).status_code == 200


def test_a_draft_that_others_broke_into_is_not_promoted_from_an_old_page(bobs):
    save(bobs, SIGN_UPS.replace("Teams that", "Each team that"))
    save(bobs, SIGN_UPS.replace("Teams that", "All teams that"))
    answer = bobs.post(f"{ONE}promote/", {"version": "1"})
    assert answer.status_code == 409
    assert "was saved meanwhile" in answer.content.decode()


def test_what_is_written_is_shown_as_text_and_never_as_markup(bobs):
    save(bobs, f"{SIGN_UPS}# <script>alert(1)</script>\n")
    for path in (ONE, f"{ONE}edit/?view=text", f"{ONE}edit/", f"{ONE}promote/"):
        assert "<script>alert" not in bobs.get(path).content.decode()


def test_comments_and_signing_trouble_stand_on_the_page(bobs):
    bobs.post(f"{ONE}comment/", {"text": "Who asked?"})
    page = bobs.post(f"{ONE}object/", {"version": "000000000000", "words": "No"})
    assert page.status_code == 409
    assert "Who asked?" in page.content.decode()
    assert "reads differently by now" in page.content.decode()


def test_what_is_missing_is_said_at_its_own_field(bobs):
    save(bobs, SIGN_UPS.replace("owner: Growth lead\n", ""))
    page = bobs.get(f"{ONE}edit/?view=form").content.decode()
    field = page[page.index('<label for="field-owner">') :]
    assert "the key &#x27;owner&#x27; is missing" in field[: field.index("</div>")]
    title = page[page.index('<label for="field-title">') :]
    assert "is missing" not in title[: title.index("</div>")]


def test_a_viewer_reads_everything_and_is_offered_nothing(client, dave, bob, folder):
    client.force_login(bob)
    save(client, SIGN_UPS.replace("Teams that", "Each team that"))
    client.force_login(dave)
    page = client.get(ONE).content.decode()
    assert "Each team that" in page
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main
    assert f"{ONE}edit/" not in main
    assert "/new/" not in client.get("/definitions/").content.decode()


def test_a_ratio_says_whether_its_parts_are_signed(bobs, bob):
    version = re.search(r'name="version" value="(\w{12})"', bobs.get(ONE).content.decode())[1]
    bobs.post(f"{ONE}propose/", {"version": version})
    bobs.post(f"{ONE}sign/", {"version": version})
    page = bobs.get("/definitions/metric/share/").content.decode()
    rests = page[page.index("Rests on") : page.index("Used by")]
    assert "denominator" in rests
    assert re.search(r'sign_ups</a>.*?class="state signed"', rests)
    assert re.search(r'paid</a>.*?class="state draft"', rests)


def test_nothing_is_promoted_where_nothing_was_changed_and_twice_is_once(bobs):
    answer = save(bobs, SIGN_UPS, go="promote")
    assert answer.status_code == 400
    assert "nothing to promote" in answer.content.decode()
    assert save(bobs, f"{SIGN_UPS}# more\n", go="promote").headers["Location"] == f"{ONE}promote/"
    for _ in range(2):
        assert bobs.post(f"{ONE}promote/", {"version": "1"}).headers["Location"] == ONE
    assert bobs.get(f"{ONE}promote/").headers["Location"] == ONE
    assert Draft.objects.count() == 1

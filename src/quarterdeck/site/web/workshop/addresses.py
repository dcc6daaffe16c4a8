"""Which address opens which page of the definitions?"""

from django.urls import path

from quarterdeck.site.web.workshop import drafting, reading, signing

ONE = "definitions/<str:kind>/<str:name>/"

urlpatterns = [
    path("definitions/", reading.show_all, name="definitions"),
    path("definitions/<str:kind>/new/", drafting.begin_new, name="new_definition"),
    path(ONE, reading.show_one, name="definition"),
    path(f"{ONE}edit/", drafting.edit, name="edit_definition"),
    path(f"{ONE}check/", drafting.check, name="check_definition"),
    path(f"{ONE}take-over/", drafting.take_over, name="take_over_draft"),
    path(f"{ONE}discard/", drafting.discard, name="discard_draft"),
    path(f"{ONE}choose/", drafting.choose_text, name="choose_text"),
    path(f"{ONE}promote/", drafting.review, name="promote_draft"),
    path(f"{ONE}commit/", drafting.commit, name="commit_definition"),
    path(f"{ONE}comment/", reading.comment, name="comment_on_definition"),
    path(f"{ONE}propose/", signing.propose, name="propose_definition"),
    path(f"{ONE}object/", signing.object_to, name="object_to_definition"),
    path(f"{ONE}objections/<int:number>/resolve/", signing.resolve, name="resolve_objection"),
    path(f"{ONE}sign/", signing.sign, name="sign_definition"),
]

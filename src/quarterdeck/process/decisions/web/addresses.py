"""Which address opens which page of decisions and promises?"""

from django.urls import path

from quarterdeck.process.decisions.web import actions, carrying, decisions

urlpatterns = [
    path("decisions/", decisions.show_decisions, name="decisions"),
    path("decisions/ask/", decisions.ask, name="ask_for_decision"),
    path("decisions/put-away/", decisions.show_put_away, name="decisions_put_away"),
    path("decisions/bring-in/", carrying.bring_in, name="bring_in_decisions"),
    path("decisions/export.json", decisions.export, {"ending": "json"}, name="decisions_as_json"),
    path("decisions/export.csv", decisions.export, {"ending": "csv"}, name="decisions_as_csv"),
    path("decisions/<int:number>/", decisions.show_decision, name="decision"),
    path("decisions/<int:number>/edit/", decisions.edit, name="edit_decision"),
    path("decisions/<int:number>/answer/", decisions.answer, name="answer_decision"),
    path("decisions/<int:number>/review/", decisions.review_now, name="review_decision"),
    path("decisions/<int:number>/comment/", decisions.comment, name="comment_on_decision"),
    path("decisions/<int:number>/take-out/", decisions.take_out, name="take_out_decision"),
    path("actions/", actions.show_actions, name="actions"),
    path("actions/promise/", actions.promise, name="promise"),
    path("actions/export.csv", actions.export, name="actions_as_csv"),
    path("actions/<int:number>/", actions.show_action, name="action"),
    path("actions/<int:number>/edit/", actions.edit, name="edit_action"),
    path("actions/<int:number>/settle/", actions.settle, name="settle_action"),
    path("actions/<int:number>/comment/", actions.comment, name="comment_on_action"),
    path("actions/<int:number>/take-out/", actions.take_out, name="take_out_action"),
]

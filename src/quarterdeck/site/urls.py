"""Which address opens which door?"""

from django.urls import include, path

from quarterdeck.site.api import api
from quarterdeck.site.capabilities import CAPABILITIES
from quarterdeck.site.web import (
    account,
    beginning,
    changes,
    health,
    jobs,
    people,
    search,
    signing_in,
    single_sign_on,
)

urlpatterns = [
    path("", health.home, name="home"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("api/", api.urls),
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-in/link/<str:secret>/", signing_in.by_link, name="sign_in_by_link"),
    path("sign-in/with/", single_sign_on.ask_provider, name="ask_provider"),
    path("sign-in/back/", single_sign_on.come_back, name="come_back"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("invitation/<str:secret>/", signing_in.accept_invitation, name="accept_invitation"),
    path("people/", people.show_people, name="people"),
    path("people/invite/", people.invite_person, name="invite"),
    path("people/invitations/<int:number>/withdraw/", people.withdraw, name="withdraw_invitation"),
    path("people/<int:number>/", people.show_person, name="person"),
    path("people/<int:number>/link/", people.make_sign_in_link, name="make_sign_in_link"),
    path("people/<int:number>/untie/", single_sign_on.untie_account, name="untie_account"),
    path("account/", account.show_account, name="account"),
    path("account/password/", account.change_password, name="change_password"),
    path("account/tokens/", account.add_token, name="add_token"),
    path("account/tokens/<int:number>/revoke/", account.end_token, name="revoke_token"),
    path("jobs/", jobs.show_jobs, name="jobs"),
    path("jobs/<int:number>/", jobs.show_job, name="job"),
    path("jobs/<int:number>/again/", jobs.run_again, name="run_again"),
    path("jobs/schedules/<str:name>/", jobs.change_schedule, name="change_schedule"),
    path("changes/", changes.show_changes, name="changes"),
    path("", include("quarterdeck.site.web.facts")),
    path("search/", search.find, name="search"),
    path("start/", beginning.begin, name="start"),
    path("start/suggestions/", beginning.suggest, name="suggestions"),
    path("start/choose/", beginning.choose, name="choose_measures"),
    path("start/reconcile/", beginning.reconcile_figures, name="reconcile_figures"),
    path("", include("quarterdeck.site.web.workshop.addresses")),
    *(path("", include(capability.urls)) for capability in CAPABILITIES if capability.urls),
]

handler404 = "quarterdeck.site.web.health.not_found"
handler500 = "quarterdeck.site.web.health.broken"
handler403 = "quarterdeck.site.web.health.forbidden"

"""Which address opens which page of the backlog?"""

from django.urls import path

from quarterdeck.feedback.backlog.web import briefs, items, recommendations

urlpatterns = [
    path("backlog/", recommendations.show_board, name="backlog"),
    path("backlog/briefs/", briefs.show_history, name="insights_briefs"),
    path("backlog/briefs/write/", briefs.write, name="write_insights_brief"),
    path("backlog/briefs/<str:as_of>/", briefs.show_brief, name="insights_brief"),
    path("backlog/briefs/<str:as_of>/brief.<str:ending>", briefs.download, name="insights_brief_file"),
    path("backlog/items/", items.show_items, name="work_items"),
    path("backlog/items/act/", items.act, name="act_on_work_item"),
    path("backlog/items/replies/", items.decide_reply, name="decide_reply"),
    path("backlog/items/replies.csv", items.replies_file, name="replies_file"),
    path("backlog/items/similar/", items.similar_items, name="similar_work_items"),
    path("backlog/items/link/", items.link_quote, name="link_quote"),
    path("backlog/items/<path:key>/", items.show_item, name="work_item"),
    path("backlog/<int:number>/", recommendations.show_recommendation, name="recommendation"),
    path("backlog/<int:number>/link/", recommendations.link_item, name="link_recommendation"),
    path("backlog/<int:number>/comment/", recommendations.comment, name="comment_on_recommendation"),
    path("backlog/about/<path:theme>/decide/", recommendations.decide, name="decide_recommendation"),
    path("backlog/about/<path:theme>/effort/", recommendations.say_effort, name="say_effort"),
    path("backlog/about/<path:theme>/", recommendations.show_theme, name="recommended_about"),
]

"""Which operations of the API does the backlog have?"""

from ninja import Router

from quarterdeck.feedback.backlog.api import briefs, items, recommendations

router = Router()
router.add_router("", recommendations.router)
router.add_router("", briefs.router)
router.add_router("", items.router)

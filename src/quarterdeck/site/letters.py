"""What do the server's own letters say?"""

import logging
from smtplib import SMTPException

from django.core.mail import send_mail

from quarterdeck.records.here import workspace
from quarterdeck.records.mail import can_send
from quarterdeck.records.models import Invitation

log = logging.getLogger("quarterdeck.letters")


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Write to who is invited; False where no letter left, so the link must be handed over."""
    if not can_send():
        return False
    company = workspace().company
    text = (
        f"{_who(invitation)} invites you to Quarterdeck of {company}, as {invitation.role}.\n\n"
        f"{link}\n\nThe link works once, for a week.\n"
    )
    try:
        send_mail(f"Invitation to Quarterdeck of {company}", text, None, [invitation.email])
    except (OSError, SMTPException) as error:
        log.warning("invitation not sent", extra={"trouble": str(error)})
        return False
    return True


def _who(invitation: Invitation) -> str:
    return invitation.invited_by.name if invitation.invited_by else "The administrator"

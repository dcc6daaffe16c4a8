"""What do the server's own letters say?"""

import logging
from collections.abc import Sequence
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, send_mail

from quarterdeck.records.here import workspace
from quarterdeck.records.mail import can_send
from quarterdeck.records.models import Invitation, Person
from quarterdeck.records.workshop.seals import Standing
from quarterdeck.records.workshop.shelf import word_of
from quarterdeck.records.workshop.signing_off import is_owner, sign_off_of
from quarterdeck.site.shelf import shelf

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


def ask_owner_to_sign(kind: str, name: str, version: str) -> Sequence[str]:
    """Write to the owner of a definition that waits for a signature; to whom letters left.

    Sent twice, a letter bears the same Message-ID. What was signed or changed meanwhile asks for nothing.
    """
    here = shelf()
    place = here.place(kind, name)
    sign_off = sign_off_of(here, place)
    wanted = [each for each in sign_off.readings if each.version == version and each.signature is None]
    if not wanted or sign_off.standing == Standing.RETIRED:
        return ()
    title = word_of(wanted[0].definition, "title") or name
    why = "is proposed for signing" if wanted[0].proposal else "was changed and lost your signature"
    text = (
        f"The definition of {title} {why}, version {version}.\n\n"
        f"Read it, and sign exactly this version or object:\n"
        f"{settings.QUARTERDECK_URL}{place.path}#signing\n"
    )
    subject = f"{place.kind.name.replace(' ', '_')}.{name}.{version}"
    host = urlsplit(settings.QUARTERDECK_URL).hostname or "quarterdeck"
    owners = [each for each in Person.objects.order_by("pk") if is_owner(each, sign_off.owner)]
    for owner in owners:
        EmailMessage(
            subject=f"Your signature under {title}?",
            body=text,
            to=[owner.email],
            headers={
                "Message-ID": f"<sign.{subject}.{owner.pk}@{host}>",
                "Auto-Submitted": "auto-generated",
            },
        ).send()
    return [owner.shown for owner in owners]


def _who(invitation: Invitation) -> str:
    return invitation.invited_by.name if invitation.invited_by else "The administrator"

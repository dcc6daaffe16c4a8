"""Who acts on the command line, on which workspace with its records?"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quarterdeck.definitions.workspace import Workspace
    from quarterdeck.records.models import Person


def person_of(email: str) -> "Person":
    """Who decides: the person of an address, or the only one who may."""
    from quarterdeck.errors import QuarterdeckError  # slow import
    from quarterdeck.records.models import Person  # slow import
    from quarterdeck.records.permissions import Permission  # slow import

    known = [each for each in Person.objects.all() if each.may(Permission.CONTRIBUTE)]
    chosen = [each for each in known if not email or each.email.casefold() == email.casefold()]
    if len(chosen) == 1:
        return chosen[0]
    if email:
        raise QuarterdeckError(f"Nobody with the address '{email}' may decide here.", "See People.")
    if not known:
        raise QuarterdeckError("Nobody may decide here yet.", "Invite the first: quarterdeck invite ADDRESS.")
    raise QuarterdeckError(f"{len(known)} people may decide here.", "Say who does: --by ADDRESS.")


def whoever(email: str) -> "Person | None":
    """The same; None where nobody was let in yet: then it is who runs the command on this machine."""
    from quarterdeck.records.models import Person  # slow import

    return person_of(email) if email or Person.objects.exists() else None


def bring_up(workspace: Path) -> "Workspace":
    """The workspace with its records, and what answers its questions compiled where it belongs."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.insights.journeys.service.compiling import keep_kernels_in  # slow import
    from quarterdeck.site.start import bring_up as bring_records_up  # slow import

    opened = open_workspace(workspace)
    keep_kernels_in(opened.path)
    bring_records_up(opened)
    return opened

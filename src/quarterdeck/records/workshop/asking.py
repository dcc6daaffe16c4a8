"""How is the owner of a definition asked to sign it?"""

from django.db import transaction

from quarterdeck.jobs.queue import ask
from quarterdeck.records.mail import can_send

ASK_TO_SIGN = "definitions.ask to sign"


def ask_to_sign(kind: str, name: str, version: str) -> None:
    """Let a letter go to the owner when what asks for it is written, where letters can leave at all."""
    if not can_send():
        return

    def after() -> None:
        ask(
            ASK_TO_SIGN,
            title=f"Ask the owner to sign {name}",
            arguments={"kind": kind, "name": name, "version": version},
            key=f"{ASK_TO_SIGN} {kind} {name} {version}",
        )

    transaction.on_commit(after)

"""What may readers without the right to personal data see of words that colleagues wrote?"""

from quarterdeck.feedback.intake.calc.personal import find_personal, masked


def mask_text(text: str) -> str:
    """The text with what is personal replaced by its kind, as far as the text itself tells."""
    return masked(text, find_personal(text))

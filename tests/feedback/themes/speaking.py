"""A small company whose customers write about deliveries, money and signing in."""

from quarterdeck.feedback.themes.calc.texts import Example, TagWords

TAGS = (
    TagWords(name="late_delivery", description="The parcel has not come, or came late"),
    TagWords(name="refund", description="Wants the money back"),
    TagWords(name="sign_in", description="Cannot sign in, password forgotten", examples=("locked out",)),
)
SENTENCES = {
    "late_delivery": (
        "my parcel never came",
        "the parcel is three days late",
        "where is the delivery",
        "courier says delivered but no parcel",
        "still waiting for the parcel to come",
        "delivery was late again",
    ),
    "refund": (
        "please send my money back",
        "I want a refund",
        "refund the money for the broken lamp",
        "when do I get the money back",
        "the refund is missing",
        "money back now",
    ),
    "sign_in": (
        "I forgot the password",
        "cannot sign in since Monday",
        "sign in says wrong password",
        "locked out of the account",
        "password reset mail does not come",
        "signing in fails on the phone",
    ),
}
TEXTS = tuple(text for texts in SENTENCES.values() for text in texts)
EXAMPLES = tuple(Example(text=text, tags=(tag,)) for tag, texts in SENTENCES.items() for text in texts)

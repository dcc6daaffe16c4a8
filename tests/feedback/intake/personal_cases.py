"""Made-up texts of which it is known where they say who somebody is, and traps that only look like it."""

import random
from collections.abc import Callable
from dataclasses import dataclass

FIRST = (
    "Anna",
    "Björn",
    "Chloé",
    "Dmitri",
    "Eoin",
    "Fatima",
    "Giulia",
    "Hans",
    "Ines",
    "Jean-Luc",
    "Mary",
    "Ömer",
)
LAST = (
    "Bloom",
    "García",
    "O'Neill",
    "Müller",
    "van den Berg",
    "Novak",
    "Rossi",
    "Smith",
    "Lindqvist",
    "Le Roux",
)
DOMAINS = ("acme.test", "beams-sons.co.uk", "mail.example.de", "übung.example", "yard.group")


@dataclass(frozen=True)
class Case:
    """A text with the spans in it: kind, start, end."""

    text: str
    spans: frozenset[tuple[str, int, int]]


def digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def iban(chance: random.Random) -> str:
    country, length = chance.choice((("DE", 18), ("NL", 14), ("FR", 23), ("GB", 18)))
    bank = digits(chance, length)
    if country in ("NL", "GB"):
        bank = "ABNA" + bank[4:]
    number = "".join(str(int(c, 36)) for c in bank + country + "00")
    whole = f"{country}{98 - int(number) % 97:02d}{bank}"
    return " ".join(whole[i : i + 4] for i in range(0, len(whole), 4)) if chance.random() < 0.5 else whole


def card(chance: random.Random) -> str:
    body = chance.choice("45") + digits(chance, 14)
    total = sum(int(d) * (2 - i % 2) - 9 * (int(d) * (2 - i % 2) > 9) for i, d in enumerate(body))
    whole = body + str(-total % 10)
    joint = chance.choice(("", " ", "-"))
    return joint.join(whole[i : i + 4] for i in range(0, 16, 4))


def phone(chance: random.Random) -> str:
    return chance.choice(
        (
            lambda: f"+49 30 {digits(chance, 7)}",
            lambda: f"+44 20 {digits(chance, 4)} {digits(chance, 4)}",
            lambda: f"+1 ({chance.randint(201, 989)}) {chance.randint(200, 999)}-{digits(chance, 4)}",
            lambda: f"({chance.randint(201, 989)}) {chance.randint(200, 999)}-{digits(chance, 4)}",
            lambda: f"{chance.randint(201, 989)}-{chance.randint(200, 999)}-{digits(chance, 4)}",
            lambda: f"0171/{digits(chance, 7)}",
            lambda: f"06 {digits(chance, 2)} {digits(chance, 2)} {digits(chance, 2)} {digits(chance, 2)}",
            lambda: f"030 {digits(chance, 8)}",
            lambda: f"0{chance.randint(151, 179)}{digits(chance, 7)}",
            lambda: f"0031 6 {digits(chance, 8)}",
            lambda: f"+46-70-{digits(chance, 3)} {digits(chance, 2)} {digits(chance, 2)}",
        )
    )()


def mail(chance: random.Random) -> str:
    name = chance.choice(FIRST).lower().replace("-", ".")
    return f"{name}{chance.choice(('', '.b', '+x', '_9'))}@{chance.choice(DOMAINS)}"


def address(chance: random.Random) -> str:
    if chance.random() < 0.3:
        return f"2001:db8:{digits(chance, 3)}::{digits(chance, 2)}"
    return ".".join(str(chance.randint(1, 254)) for _ in range(4))


def link(chance: random.Random) -> str:
    secret = "".join(chance.choice("abcdef0123456789") for _ in range(24))
    return chance.choice(
        (
            f"https://app.acme.test/reset?token={secret}",
            f"https://app.acme.test/invite/{secret}",
            f"https://x.test/a?id=7&session_id={secret}",
            f"https://anna:{secret}@x.test/feed",
        )
    )


def name(chance: random.Random) -> str:
    return chance.choice(FIRST) if chance.random() < 0.5 else f"{chance.choice(FIRST)} {chance.choice(LAST)}"


TOLD: tuple[tuple[str, str, Callable[[random.Random], str]], ...] = (
    ("e-mail", "Please answer to {}, not to me.", mail),
    ("e-mail", "My address ({}) does not work.", mail),
    ("e-mail", "Schreiben Sie mir: {}", mail),
    ("phone", "Call me on {} after lunch.", phone),
    ("phone", "The number {} got no text.", phone),
    ("phone", "Tel.: {}", phone),
    ("phone", "I wrote to {} and nobody came", phone),
    ("IBAN", "Refund it to {} please.", iban),
    ("IBAN", "Unsere IBAN {}, danke", iban),
    ("card", "My card {} was charged twice.", card),
    ("IP address", "We come from {} and are blocked.", address),
    ("IP address", "Error for host {}", address),
    ("link", "The link {} opens a blank page.", link),
    ("link", "See {}", link),
    ("name", "My name is {} and I lost my account.", name),
    ("name", "Hi {}, the invite spins.", name),
    ("name", "Sehr geehrte Frau {},\ndie Karte ist falsch.", lambda chance: chance.choice(LAST[:4])),
    ("name", "The map is wrong.\n\nBest regards,\n{}", name),
    ("name", "It spins again. Thanks, {}", name),
    ("name", "Please ask Mr. {} about it", lambda chance: chance.choice(LAST[:4])),
)

TRAPS: tuple[Callable[[random.Random], str], ...] = (
    lambda c: f"Order {digits(c, 9)} never came.",
    lambda c: f"Order no. {digits(c, 3)}-{digits(c, 3)}-{digits(c, 4)} is missing",
    lambda c: f"Invoice INV-{digits(c, 4)}-{digits(c, 5)} is wrong, ticket #{digits(c, 8)} too.",
    lambda c: f"Since version {c.randint(1, 9)}.{c.randint(0, 99)}.{c.randint(0, 99)} it crashes.",
    lambda c: (
        f"v{c.randint(1, 9)}.{c.randint(0, 20)}.{c.randint(0, 20)}.{c.randint(0, 200)} spins on Android 14"
    ),
    lambda c: f"version {c.randint(1, 9)}.{c.randint(0, 20)}.{c.randint(0, 20)}.{c.randint(0, 200)} is slow",
    lambda c: (
        f"Between 2026-{c.randint(10, 12)}-{c.randint(10, 28)} and {c.randint(10, 28)}.11.2026 nothing came."
    ),
    lambda c: f"On {c.randint(1, 12)}/{c.randint(10, 28)}/2026 at 10:30:15 it stopped",
    lambda c: f"We pay $1,{digits(c, 3)}.00 a year, or 1 {digits(c, 3)} {digits(c, 3)} EUR in all.",
    lambda c: f"It costs {c.randint(10, 99)}.{digits(c, 3)},00 € and {digits(c, 7)} USD",
    lambda c: f"The file is {digits(c, 8)} KB, 1920x1080, {c.randint(1, 99)}.{digits(c, 2)} %.",
    lambda c: f"From 2019-2026 we grew, see section {c.randint(1, 9)}.{c.randint(1, 9)}.{c.randint(1, 9)}",
    lambda c: f"Serial number 4{digits(c, 15)[:-1]}x does not register.",
    lambda c: f"SKU {digits(c, 12)} and ISBN 978-3-16-{digits(c, 6)}-{digits(c, 1)}",
    lambda c: f"See https://docs.acme.test/how-to/import-feedback?page={c.randint(1, 9)} for that.",
    lambda c: f"https://acme.test/blog/2026/11/why-we-built-the-schedule-again-{c.randint(1, 99)}",
    lambda c: "Thanks for the quick reply. Android crashes.",
    lambda c: "Hi team, Best Western cannot log in. Dear Lord.",
    lambda c: "Hello Support,\nRegards to the developers who built it!",
    lambda c: f"I meet {c.randint(10, 99)} crews at 08:00-16:30 @ the yard, ratio 3:4:5",
    lambda c: f"Job {digits(c, 10)} starts {digits(c, 4)} minutes late; error code 0x{digits(c, 8)}",
    lambda c: f"Room {digits(c, 3)}, seats {digits(c, 2)}-{digits(c, 2)}, 1 000 000 rows",
    lambda c: f"account {digits(c, 10)} was charged {c.randint(1, 9)} times on the 20261117",
)


def cases(seed: int, count: int) -> list[Case]:
    """Texts with something personal, or a trap, or both."""
    chance = random.Random(seed)
    return [_case(chance) for _ in range(count)]


def _case(chance: random.Random) -> Case:
    spans: set[tuple[str, int, int]] = set()
    text = ""
    if chance.random() < 0.6:
        text = chance.choice(TRAPS)(chance)
    if chance.random() < 0.6:
        kind, sentence, make = chance.choice(TOLD)
        text += "\n" if text else ""
        made = make(chance)
        start = len(text) + sentence.index("{}")
        text += sentence.format(made)
        spans.add((kind, start, start + len(made)))
    return Case(text=text, spans=frozenset(spans))


# Written by hand, after the rules: what they find of names in running text is nothing.
BY_HAND = (
    ("ping me at bob.stone+work@my-co.io asap", "ping me at [e-mail] asap"),
    ("my cell's 555.867.5309 if you wanna chat", "my cell's [phone] if you wanna chat"),
    ("Reach us: (030) 123 456-78 (Mo-Fr 9-17 Uhr)", "Reach us: [phone] (Mo-Fr 9-17 Uhr)"),
    ("tel 07700 900123 or 0207 946 0018", "tel [phone] or [phone]"),
    ("Hotline 0800 1234567 never answers", "Hotline [phone] never answers"),
    ("appelle-moi au 06.12.34.56.78 stp", "appelle-moi au [phone] stp"),
    ("+31(0)20-1234567", "[phone]"),
    ("WhatsApp 9876543210", "WhatsApp [phone]"),
    ("We have 120 000 users and 3 500 crews", "We have 120 000 users and 3 500 crews"),
    ("Zip 94103-1234, order 555-01-4477", "Zip 94103-1234, order 555-01-4477"),
    ("Build 20261117.1234567 crashes", "Build 20261117.1234567 crashes"),
    ("Crash at 0x00007ff6 line 1042:17", "Crash at 0x00007ff6 line 1042:17"),
    ("charged 49,99 on 4111 1111 1111 1111 exp 12/27", "charged 49,99 on [card] exp 12/27"),
    ("amex 3782 822463 10005 declined", "amex [card] declined"),
    ("tracking nr 1Z999AA10123456784", "tracking nr 1Z999AA10123456784"),
    ("UUID 550e8400-e29b-41d4-a716-446655440000 fails", "UUID 550e8400-e29b-41d4-a716-446655440000 fails"),
    ("Ticket 2026-000123-55 still open", "Ticket 2026-000123-55 still open"),
    ("IBAN: NL91ABNA0417164300.", "IBAN: [IBAN]."),
    ("server 192.168.0.12:8080 refuses", "server [IP address]:8080 refuses"),
    ("since iOS 17.4.1.2 broken", "since iOS 17.4.1.2 broken"),
    ("https://app.acme.test/s/9f8e7d6c5b4a39281706f5e4d3c2b1a0 is dead", "[link] is dead"),
    (
        "https://github.test/acme/app/issues/1234 same bug",
        "https://github.test/acme/app/issues/1234 same bug",
    ),
    ("Dear Ms O'Neill, we like it", "Dear Ms [name], we like it"),
    ("hello maria, it spins", "hello [name], it spins"),
    ("Cheers Tom", "Cheers [name]"),
    ("Cheers! Works now", "Cheers! Works now"),
    ("Thanks Google Maps fails", "Thanks Google Maps fails"),
    ("Viele Grüße\nJürgen Klöß-Maier", "Viele Grüße\n[name]"),
    ("spoke with Peter from billing", "spoke with [name] from billing"),
    ("Merci,\nÉlodie", "Merci,\n[name]"),
    ("I'm Sandra, new admin", "I'm [name], new admin"),
    ("Hi Support Team, It spins", "Hi Support Team, It spins"),
    ("Good morning Dr. Weiss,\nit spins", "Good morning Dr. [name],\nit spins"),
    ("from 2025-01-01 to 2026-01-01 10:00:00", "from 2025-01-01 to 2026-01-01 10:00:00"),
    ("2/3 of 1,200 jobs, i.e. 800-900", "2/3 of 1,200 jobs, i.e. 800-900"),
    ("-- Anna", "-- [name]"),
)

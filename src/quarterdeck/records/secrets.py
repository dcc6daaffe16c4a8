"""How does a secret leave this machine once and stay here only as a digest?"""

import hashlib
import secrets

BYTES = 32


def new_secret() -> str:
    """A secret of 256 bits that fits into a URL."""
    return secrets.token_urlsafe(BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a secret: SHA-256, in hex. Enough for 256 random bits; passwords are hashed slowly."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Secrets that must be read again, kept so that a copy of the database alone does not tell them."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """It was sealed under another SECRET_KEY."""


def seal(secret: str) -> str:
    """Encrypt a secret under a key that is made from SECRET_KEY."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Give what was sealed. Raises Unreadable once SECRET_KEY is another one."""
    try:
        return _fernet().decrypt(sealed).decode()
    except InvalidToken as error:
        raise Unreadable(
            "The secret cannot be read, for SECRET_KEY has changed: make a new one."
        ) from error


def _fernet() -> Fernet:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mlsd sealed secrets")
    return Fernet(base64.urlsafe_b64encode(made.derive(settings.SECRET_KEY.encode())))

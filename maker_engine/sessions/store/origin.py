"""Whether a run was ordered here, or came from elsewhere: a stranger's file must not choose where keys are sent.

This installation has a key of its own, in a file under the user's data directory. What a run was ordered with is signed
by it when the run begins or continues here; who has the session and not the key cannot sign another. A session that
is older than this has no signature: in the user's own library it is taken for theirs.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from maker_engine.sessions.store import user_data

SIGNED, IMPORTED = "signed", "imported"
"""Keys of a run's record: the signature of its order, and that it was brought in from elsewhere."""
KEY_FILE = "installation.key"
_KEY_BYTES = 32
_PERSON = b"maker order"


def sign(order: str) -> str | None:
    """Return the signature of an order as the record keeps it; None where this installation can have no key."""
    key = _key() or _new_key()
    return None if key is None else _signature(key, order)


def is_own(path: Path, record: Mapping[str, str]) -> bool:
    """Return whether a run was ordered here.

    Args:
        path: Its session.
        record: Its record, values in JSON.
    """
    order, signed = record.get("order", ""), record.get(SIGNED)
    if signed is not None:
        key = _key()
        if key is None or {type(order), type(signed)} != {str}:  # SQLite keeps whatever it is given
            return False
        return hmac.compare_digest(signed.encode(), f'"{_signature(key, order)}"'.encode())
    if IMPORTED in record:
        return False
    return path.resolve().parent == user_data.library().resolve()


def _signature(key: bytes, order: str) -> str:
    return blake2b(order.encode(), key=key, digest_size=16, person=_PERSON).hexdigest()


def _key() -> bytes | None:
    try:
        text = (user_data.home() / KEY_FILE).read_bytes()
        key = bytes.fromhex(text.decode("ascii"))
    except (OSError, ValueError):
        return None
    return key if len(key) == _KEY_BYTES else None


def _new_key() -> bytes | None:
    """Make a key; of two that are made at once the first stays."""
    home = user_data.home()
    beside = home / f".{KEY_FILE}.{secrets.token_hex(8)}"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            (home / KEY_FILE).hardlink_to(beside)
    except OSError:
        return None
    finally:
        with suppress(OSError):
            beside.unlink()
    return _key()

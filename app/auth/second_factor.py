"""The second factor of administrators: codes of an app (TOTP, RFC 6238) that are good once, and recovery codes.

What an app and we share is kept encrypted, with a secret of the installation that the database does not hold. Recovery
codes are random words of 74 bits; only their digests are kept.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import time
from datetime import UTC, datetime
from typing import Final

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyotp.utils import strings_equal
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.derived import derived
from app.db import Sessions
from app.tables import RecoveryCode, SecondFactor

DIGITS: Final = 6
"""Of a code of an app."""
STEP_SECONDS: Final = 30
AROUND: Final = 1
"""Steps before and after the present one whose codes are taken: clocks differ, and people type slowly."""
RECOVERY_CODES: Final = 10
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_PARTS, _PART_CHARS = 3, 5
_NONCE_BYTES: Final = 12


class SecondFactors:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer."""

    def __init__(self, sessions: Sessions, secret: str) -> None:
        """`secret`: of the installation (SECOND_FACTOR_SECRET); empty: nobody can set one up."""
        self._sessions = sessions
        self._cipher = AESGCM(derived(secret, "jbc-factor")) if secret else None

    @property
    def offered(self) -> bool:
        """Whether one can be set up here."""
        return self._cipher is not None

    async def begin(self, admin_id: int) -> str | None:
        """A new secret for an app, in base32, which counts once it is confirmed; None where one counts already."""
        secret = pyotp.random_base32()
        async with self._sessions.begin() as session:
            known = await session.get(SecondFactor, admin_id, with_for_update=True)
            if known and known.confirmed_at:
                return None
            if known:
                known.secret = self._encrypted(admin_id, secret)
            else:
                session.add(SecondFactor(admin_id=admin_id, secret=self._encrypted(admin_id, secret)))
        return secret

    async def begun(self, admin_id: int) -> str | None:
        """The secret that waits to be confirmed; None where there is none."""
        async with self._sessions() as session:
            known = await session.get(SecondFactor, admin_id)
        return self._decrypted(known) if known and not known.confirmed_at else None

    async def confirm(self, admin_id: int, code: str) -> list[str] | None:
        """Let a secret count from now on; the recovery codes, or None where the code is not one of it."""
        async with self._sessions.begin() as session:
            known = await session.get(SecondFactor, admin_id, with_for_update=True)
            if known is None or known.confirmed_at or not (step := self._step(known, code)):
                return None
            known.confirmed_at, known.last_step = datetime.now(UTC), step
            return await _new_codes(session, admin_id)

    async def since(self, admin_id: int) -> datetime | None:
        """Since when one is asked for; None where none is."""
        async with self._sessions() as session:
            return await session.scalar(select(SecondFactor.confirmed_at).where(SecondFactor.admin_id == admin_id))

    async def holders(self) -> set[int]:
        """The ids of those who have one."""
        async with self._sessions() as session:
            query = select(SecondFactor.admin_id).where(SecondFactor.confirmed_at.is_not(None))
            return set(await session.scalars(query))

    async def passes(self, admin_id: int, code: str) -> bool:
        """Whether this is a code of the app, newer than every one that was taken before. It is used up then."""
        async with self._sessions.begin() as session:
            known = await session.get(SecondFactor, admin_id)
            if known is None or known.confirmed_at is None or not (step := self._step(known, code)):
                return False
            newer = (SecondFactor.admin_id == admin_id, SecondFactor.last_step < step)
            taken = update(SecondFactor).where(*newer).values(last_step=step).returning(SecondFactor.admin_id)
            return (await session.scalars(taken)).first() is not None

    async def recovers(self, admin_id: int, code: str) -> bool:
        """Whether this is a recovery code. It is used up then."""
        theirs = (RecoveryCode.admin_id == admin_id, RecoveryCode.digest == _digest(code))
        async with self._sessions.begin() as session:
            return (
                await session.scalars(delete(RecoveryCode).where(*theirs).returning(RecoveryCode.id))
            ).first() is not None

    async def left(self, admin_id: int) -> int:
        """How many recovery codes there are."""
        async with self._sessions() as session:
            query = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.admin_id == admin_id)
            return await session.scalar(query) or 0

    async def new_codes(self, admin_id: int) -> list[str]:
        """Recovery codes in place of those that there were: the only time that they can be seen."""
        async with self._sessions.begin() as session:
            return await _new_codes(session, admin_id)

    async def remove(self, admin_id: int) -> bool:
        """Ask for none any more; whether one was asked for."""
        query = delete(SecondFactor).where(SecondFactor.admin_id == admin_id).returning(SecondFactor.confirmed_at)
        async with self._sessions.begin() as session:
            await session.execute(delete(RecoveryCode).where(RecoveryCode.admin_id == admin_id))
            return (await session.scalars(query)).first() is not None

    def _step(self, known: SecondFactor, code: str) -> int:
        """The step, counted from the epoch, whose code this is; 0 where it is none of now."""
        typed, secret = "".join(code.split()), self._decrypted(known)
        if secret is None or len(typed) != DIGITS:
            return 0
        app, now = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS), int(time.time()) // STEP_SECONDS
        steps = range(now - AROUND, now + AROUND + 1)
        return max((step for step in steps if strings_equal(app.generate_otp(step), typed)), default=0)

    def _encrypted(self, admin_id: int, secret: str) -> str:
        if self._cipher is None:
            raise AssertionError("nobody can set one up without SECOND_FACTOR_SECRET")
        nonce = os.urandom(_NONCE_BYTES)
        kept = nonce + self._cipher.encrypt(nonce, secret.encode(), _whose(admin_id))
        return base64.b64encode(kept).decode()

    def _decrypted(self, known: SecondFactor) -> str | None:
        """The secret; None where it was encrypted for another installation, or for somebody else."""
        kept = base64.b64decode(known.secret)
        if self._cipher is None:
            return None
        try:
            return self._cipher.decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], _whose(known.admin_id)).decode()
        except InvalidTag:
            return None


def otpauth(secret: str, name: str, host: str) -> str:
    """What an app reads from a QR code."""
    app = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    return app.provisioning_uri(name=name, issuer_name=f"JB Calling {host.replace(':', ' ')}".strip())


async def _new_codes(session: AsyncSession, admin_id: int) -> list[str]:
    codes = ["-".join(_part() for _ in range(_PARTS)) for _ in range(RECOVERY_CODES)]
    await session.execute(delete(RecoveryCode).where(RecoveryCode.admin_id == admin_id))
    session.add_all(RecoveryCode(admin_id=admin_id, digest=_digest(code)) for code in codes)
    return codes


def _part() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_PART_CHARS))


def _digest(code: str) -> str:
    """However somebody writes it: capitals, blanks and hyphens do not count."""
    return hashlib.sha256("".join(code.lower().replace("-", " ").split()).encode()).hexdigest()


def _whose(admin_id: int) -> bytes:
    return str(admin_id).encode()

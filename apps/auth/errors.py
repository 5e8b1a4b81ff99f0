"""What callers are told."""

from __future__ import annotations

from kit.problems import ApiProblem


class Unauthenticated(ApiProblem):
    """No token, or one that is not valid."""

    status, slug, title = 401, "unauthenticated", "Who calls is not known"

    def headers(self) -> dict[str, str]:
        """RFC 6750 wants a challenge with every 401."""
        return {**super().headers(), "WWW-Authenticate": "Bearer"}


class WrongCredentials(Unauthenticated):
    """One answer for an unknown address and a wrong password, so that neither is told apart."""

    slug, title = "wrong-credentials", "The address or the password is wrong"


class TooManyTries(ApiProblem):
    """Wrong passwords for one account from one address, too many of them."""

    status, slug, title = 429, "too-many-tries", "Too many wrong passwords; wait"


class SessionEnded(Unauthenticated):
    """A refresh token that no longer, or never, continued a session."""

    slug, title = "session-ended", "The session has ended; sign in again"


class AddressTaken(ApiProblem):
    """There is an account with this address."""

    status, slug, title = 409, "address-taken", "There is an account with this address"


class PasswordTooShort(ApiProblem):
    """Shorter than the least that is asked."""

    status, slug, title = 422, "password-too-short", "The password is too short"


class RegistrationClosed(ApiProblem):
    """People register by invitation only."""

    status, slug, title = 403, "registration-closed", "Registration is closed"


class NoSuchToken(ApiProblem):
    """Not one of the caller's tokens that are valid."""

    status, slug, title = 404, "no-such-token", "There is no such token"


class NoSuchSession(ApiProblem):
    """Not one of the caller's sessions that still go on."""

    status, slug, title = 404, "no-such-session", "There is no such session"

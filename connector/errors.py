"""What can go wrong, named by what the caller should do next.

LeadmodeError
  FixInput                 a file of the user's holds mistakes; carries every problem found
  AskOperator              leadmode cannot go on by itself; the message says what to do
    StateTooNew            the database was written by a newer leadmode
    StateDamaged           the database is damaged, and there is nothing to put in its place
    AlreadyRunning         another process holds the state folder
    SetClock               this machine's clock cannot be right
  AdapterError             an answer, or no answer, from a platform
    Unsupported            the adapter does not do this; no request was made
    TryAgain               passing trouble; nothing was applied
      SlowDown             the platform's limit is reached; pause the whole source
        WaitForClock       its clock and ours are days apart; pause it until they are not
    FateUnknown            a write was sent and nobody knows whether it was applied
    SignInAgain            the credentials were refused
      ConfirmAccount       they are those of another account than before
    GrantAccess            a permission is missing; the message names it
    Rejected               the platform said no for good; trying again will not help
    Conflict               something with this name exists and is of another kind
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.problems import Problem


class LeadmodeError(Exception):
    """leadmode could not do what was asked."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or type(self).__name__)


class FixInput(LeadmodeError):
    """A file holds mistakes."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class AskOperator(LeadmodeError):
    """leadmode cannot go on by itself."""


class StateTooNew(AskOperator):
    """The database was written by a newer leadmode. Install that version, or restore a backup."""


class StateDamaged(AskOperator):
    """The database is damaged. Put a backup in its place, or move it away."""


class AlreadyRunning(AskOperator):
    """Another leadmode works on this state folder. Stop it first, or give this one its own."""


class SetClock(AskOperator):
    """This machine's clock cannot be right. Set it, or wait for the time service."""


class AdapterError(LeadmodeError):
    """A platform did not do what was asked."""


class Unsupported(AdapterError):
    """This adapter does not offer this."""


class TryAgain(AdapterError):
    """Passing trouble; nothing was applied."""

    def __init__(self, message: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Milliseconds the platform asked to wait, if it did."""


class SlowDown(TryAgain):
    """The platform's limit is reached."""


class WaitForClock(SlowDown):
    """The platform's clock and ours are too far apart to tell what is new."""


class FateUnknown(AdapterError):
    """A write was sent and nobody knows whether it was applied."""


class SignInAgain(AdapterError):
    """The platform refused the credentials."""


class ConfirmAccount(SignInAgain):
    """The credentials belong to another account than the one leadmode worked with."""


class GrantAccess(AdapterError):
    """The platform's account lacks a permission."""


class Rejected(AdapterError):
    """The platform said no for good."""


class Conflict(AdapterError):
    """Something with this name exists and is of another kind."""

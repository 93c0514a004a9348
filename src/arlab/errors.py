"""What can go wrong that a user can mend, and how is it said?

Every error here carries one sentence: what happened, where, and what to do. It prints nothing; only the
command line turns an error into a line on standard error.
"""

__all__ = ["ArlabError", "InputRefused", "NotAvailable", "SettingsError", "WorkspaceError"]


class ArlabError(Exception):
    """The base of every error that AR Lab raises on purpose; its text is one sentence for the user."""


class InputRefused(ArlabError):
    """A file or table cannot be what it was given as; the sentence names what was looked for and found."""


class SettingsError(ArlabError):
    """A setting, option or argument is out of its rule; the sentence names the field and the rule."""


class NotAvailable(ArlabError):
    """A result cannot be computed from the data at hand; the sentence says why and what would make it so."""


class WorkspaceError(ArlabError):
    """The user's own folder cannot be read or written; the sentence names the folder and what to do."""

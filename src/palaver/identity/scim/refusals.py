"""What a directory is told that asks for what cannot be; in SCIM's own words at the door."""

from palaver.core.errors import Conflict, Invalid


class NotUnique(Conflict):
    """Two users of one userName, or two things of one externalId."""

    title = "There is one of this userName or externalId already"


class FilterRefused(Invalid):
    """A filter that cannot be read."""

    code = "invalid_filter"
    title = "The filter cannot be read"


class PathRefused(Invalid):
    """A path of a change that names nothing."""

    code = "invalid_path"
    title = "The path of a change cannot be read"


class NoTarget(Invalid):
    """A change of what is not there."""

    code = "no_target"
    title = "There is nothing at the path of a change"

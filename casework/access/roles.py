"""What each role may do, and the one question to ask: `may(user, permission)`."""

from django.contrib.auth.models import AnonymousUser

from casework.access.permissions import Permission
from casework.models import Role, User

CASEWORK = frozenset(
    {
        Permission.SIGNED_IN,
        Permission.EPISODE_VIEW,
        Permission.SEARCH,
        Permission.EPISODE_LOG,
        Permission.EPISODE_UPDATE,
        Permission.EPISODE_TAKE,
        Permission.DUTY_RECORD,
        Permission.REMINDERS_READ,
    }
)

# What those who answer for other people's work may do besides.
IN_CHARGE = CASEWORK | {
    Permission.DASHBOARD,
    Permission.YOUTH_MERGE,
    Permission.EPISODE_RULES,
    Permission.EPISODE_ASSIGN,
    Permission.EPISODE_TRANSFER,
    Permission.REMINDERS_HEALTH,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # Works with the youth of their own unit.
    Role.CASEWORKER: CASEWORK,
    # Works with the youth of their own unit and the units below it.
    Role.SUPERVISOR: IN_CHARGE
    | {
        Permission.PEOPLE_VIEW,
        Permission.PATTERNS,
        Permission.COUNTS_VIEW,
        Permission.COUNTS_LOCK,
        Permission.COUNTS_EXPORT,
        Permission.TIMELINESS,
        Permission.EXPORTS,
    },
    # Answers the agency's line at night: may log, and work on, any youth of the agency.
    Role.ON_CALL: IN_CHARGE,
    # Runs the installation; sees no case details.
    Role.ADMIN: frozenset(
        {
            Permission.SIGNED_IN,
            Permission.REMINDERS_READ,
            Permission.REMINDERS_HEALTH,
            Permission.PEOPLE_VIEW,
            Permission.PEOPLE_MANAGE,
            Permission.PROTOCOLS,
            Permission.PATTERNS,
            Permission.COUNTS_VIEW,
            Permission.COUNTS_LOCK,
            Permission.COUNTS_EXPORT,
            Permission.COUNTS_SHARE,
            Permission.EPISODES_EXPORT,
            Permission.TIMELINESS,
            Permission.EXPORTS,
            Permission.HISTORY_IMPORT,
            Permission.FLAG_GOVERNANCE,
            Permission.DEMO_MAILBOX,
        }
    ),
    # Reads who did what; sees no case details.
    Role.AUDITOR: frozenset(
        {
            Permission.SIGNED_IN,
            Permission.AUDIT_VIEW,
            Permission.TIMELINESS,
            Permission.EXPORTS,
        }
    ),
}


def may(user: User | AnonymousUser, permission: Permission) -> bool:
    """Whether this person's account is active and their role carries the permission."""
    return isinstance(user, User) and user.is_active and permission in PERMISSIONS[Role(user.role)]

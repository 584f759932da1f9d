"""What one may be allowed to do. Roles are lists of these."""

from enum import StrEnum


class Permission(StrEnum):
    """One right, named by what its holder can do."""

    SIGNED_IN = "use the pages that everyone with an account has"
    EPISODE_VIEW = "see episodes in scope"
    DASHBOARD = "see the dashboard of the units in scope"
    SEARCH = "search for youth and episodes in scope"
    EPISODE_LOG = "log a youth missing"
    EPISODE_UPDATE = "add what is known to an episode in scope"
    EPISODE_RULES = "let an episode in scope go by other rules"
    EPISODE_TAKE = "take an episode in scope that nobody holds"
    EPISODE_ASSIGN = "say who holds an episode in scope"
    EPISODE_TRANSFER = "offer an episode to another unit, and answer what is offered"
    PEOPLE_VIEW = "see the people of one's scope, and when they are away"
    PEOPLE_MANAGE = "add, change and deactivate people's accounts"
    YOUTH_MERGE = "merge two records of one youth, and undo that"
    DUTY_RECORD = "record what was done about a duty in scope"
    REMINDERS_READ = "read the reminders sent to oneself"
    REMINDERS_HEALTH = "see whether reminders are running"
    AUDIT_VIEW = "read audit events"
    PROTOCOLS = "read, try and confirm protocols"
    PATTERNS = "see what episodes have in common, in numbers"
    COUNTS_VIEW = "see the counts of a month or a year"
    COUNTS_LOCK = "lock the counts of a month, and take a lock off"
    HISTORY_IMPORT = "bring earlier records along from a file, and take them out again"
    FLAG_GOVERNANCE = "see how the rules' flags fare"
    DEMO_MAILBOX = "read the demonstration's caught mail"

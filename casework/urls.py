"""Every address of Porchlight. Ids only: no name of anybody stands in an address."""

from django.urls import path, register_converter

from casework.views import (
    acknowledgements,
    assignments,
    audit,
    checklists,
    clocks,
    contacts,
    counts,
    demo,
    duplicates,
    duties,
    episodes,
    exports,
    flags,
    health,
    home,
    imports,
    intake,
    ledger,
    missing,
    patterns,
    person,
    preferences,
    protocols,
    reminders,
    saved_views,
    search,
    timeliness,
    transfers,
    try_protocol,
    words,
    youth,
)


class ItemKey:
    """The key of a checklist's question in an address, like "push.abuse_neglect"."""

    regex = r"[a-z]+\.[a-z][a-z0-9_]*"

    def to_python(self, value: str) -> str:
        """The key is as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """The key is as it stands."""
        return value


register_converter(ItemKey, "item_key")

urlpatterns = [
    path("", home.home, name="home"),
    path("missing", missing.missing, name="missing"),
    path("missing/changes", missing.changes, name="missing_changes"),
    path("views", saved_views.views, name="saved_views"),
    path("views/save", saved_views.save_view, name="save_view"),
    path("views/<uuid:view_id>", saved_views.change_view, name="saved_view"),
    path("views/<uuid:view_id>/delete", saved_views.delete_view, name="delete_view"),
    path("colors", home.set_theme, name="set_theme"),
    path("log", intake.log_youth, name="log_youth"),
    path("log/matches", intake.matches, name="matches"),
    path("episodes/<uuid:episode_id>", episodes.episode, name="episode"),
    path("episodes/<uuid:episode_id>/note", episodes.note, name="note"),
    path("episodes/<uuid:episode_id>/return", episodes.record_return, name="record_return"),
    path("episodes/<uuid:episode_id>/end", episodes.end, name="end"),
    path("episodes/<uuid:episode_id>/undo-return", episodes.undo_return, name="undo_return"),
    path("episodes/<uuid:episode_id>/wrong-record", episodes.wrong_record, name="wrong_record"),
    path("episodes/<uuid:episode_id>/times/<slug:anchor>", clocks.set_time, name="set_time"),
    path("episodes/<uuid:episode_id>/asked", clocks.circumstances, name="circumstances"),
    path("episodes/<uuid:episode_id>/rules", clocks.change_rules, name="change_rules"),
    path("episodes/<uuid:episode_id>/description", youth.describe, name="describe"),
    path("episodes/<uuid:episode_id>/contacts", contacts.contacts, name="contacts"),
    path(
        "episodes/<uuid:episode_id>/contacts/<uuid:contact_id>/end",
        contacts.end_contact,
        name="end_contact",
    ),
    path(
        "episodes/<uuid:episode_id>/contacts/<uuid:contact_id>/use-again",
        contacts.use_contact_again,
        name="use_contact_again",
    ),
    path("episodes/<uuid:episode_id>/checklist", checklists.checklist, name="checklist"),
    path(
        "episodes/<uuid:episode_id>/checklist/<item_key:key>",
        checklists.answer_item,
        name="answer_item",
    ),
    path("episodes/<uuid:episode_id>/flag", flags.raise_flag, name="raise_flag"),
    path("episodes/<uuid:episode_id>/take", assignments.take, name="take"),
    path("episodes/<uuid:episode_id>/transfer", transfers.offer_transfer, name="offer_transfer"),
    path("reassign", assignments.reassign, name="reassign"),
    path("reassigned/<uuid:batch>", assignments.reassigned, name="reassigned"),
    path("reassigned/<uuid:batch>/undo", assignments.undo_reassign, name="undo_reassign"),
    path("transfers", transfers.transfer_list, name="transfers"),
    path("transfers/<uuid:transfer_id>", transfers.transfer_page, name="transfer"),
    path(
        "transfers/<uuid:transfer_id>/decline",
        transfers.decline_transfer,
        name="decline_transfer",
    ),
    path(
        "transfers/<uuid:transfer_id>/take-back",
        transfers.take_back_transfer,
        name="take_back_transfer",
    ),
    path("people", person.people_list, name="people"),
    path("people/add", person.add_person, name="add_person"),
    path("people/<uuid:person_id>", person.person, name="person"),
    path("people/<uuid:person_id>/absence", person.plan_absence, name="plan_absence"),
    path("people/<uuid:person_id>/back-up", person.set_backup, name="set_backup"),
    path("people/<uuid:person_id>/change", person.change_person, name="change_person"),
    path("people/<uuid:person_id>/invite", person.invite, name="invite"),
    path("people/<uuid:person_id>/deactivate", person.deactivate, name="deactivate"),
    path("people/<uuid:person_id>/reactivate", person.reactivate, name="reactivate"),
    path("absences/<uuid:absence_id>/cancel", person.cancel_absence, name="cancel_absence"),
    path("patterns", patterns.patterns, name="patterns"),
    path("counts", counts.counts, name="counts"),
    path("counts/exports", exports.exports, name="exports"),
    path("counts/exports/ask", exports.ask_export, name="ask_export"),
    path("counts/exports/monthly", exports.schedule_export, name="schedule_export"),
    path(
        "counts/exports/monthly/<uuid:schedule_id>/pause",
        exports.pause_schedule,
        name="pause_schedule",
    ),
    path(
        "counts/exports/monthly/<uuid:schedule_id>/resume",
        exports.resume_schedule,
        name="resume_schedule",
    ),
    path(
        "counts/exports/monthly/<uuid:schedule_id>/delete",
        exports.delete_schedule,
        name="delete_schedule",
    ),
    path(
        "counts/exports/<uuid:export_id>/download", exports.download_export, name="download_export"
    ),
    path("counts/exports/<uuid:export_id>/cancel", exports.cancel_export, name="cancel_export"),
    path("counts/timeliness", timeliness.timeliness, name="timeliness"),
    path(
        "counts/timeliness/file/<slug:extension>",
        timeliness.timeliness_file,
        name="timeliness_file",
    ),
    path(
        "episodes/<uuid:episode_id>/timeliness",
        timeliness.episode_timeliness,
        name="episode_timeliness",
    ),
    path(
        "episodes/<uuid:episode_id>/timeliness/file/<slug:extension>",
        timeliness.episode_timeliness_file,
        name="episode_timeliness_file",
    ),
    path("counts/<slug:period>/lock", counts.lock_counts, name="lock_counts"),
    path("counts/locked/<uuid:lock_id>/unlock", counts.unlock_counts, name="unlock_counts"),
    path("imports", imports.imports, name="imports"),
    path("imports/template", imports.import_template, name="import_template"),
    path("imports/<uuid:import_id>", imports.import_page, name="import"),
    path("imports/<uuid:import_id>/bring-in", imports.bring_in, name="bring_in"),
    path("imports/<uuid:import_id>/cancel", imports.cancel_import, name="cancel_import"),
    path("imports/<uuid:import_id>/undo", imports.undo_import, name="undo_import"),
    path(
        "episodes/<uuid:episode_id>/another-record",
        duplicates.another_record,
        name="another_record",
    ),
    path("duplicates", duplicates.duplicates, name="duplicates"),
    path("duplicates/<uuid:duplicate_id>", duplicates.duplicate, name="duplicate"),
    path("duplicates/<uuid:duplicate_id>/not-same", duplicates.not_same, name="not_same"),
    path("duplicates/<uuid:duplicate_id>/ask-again", duplicates.ask_again, name="ask_again"),
    path("merges/<uuid:merge_id>/undo", duplicates.undo_merge, name="undo_merge"),
    path("flags", flags.flag_review, name="flag_review"),
    path("flags/<uuid:flag_id>/confirm", flags.confirm_flag, name="confirm_flag"),
    path("flags/<uuid:flag_id>/set-aside", flags.set_aside_flag, name="set_aside_flag"),
    path("flags/<uuid:flag_id>/agree", flags.agree_flag, name="agree_flag"),
    path("duties/<uuid:duty_id>", duties.duty, name="duty"),
    path(
        "duties/<uuid:duty_id>/acknowledge",
        acknowledgements.acknowledge_duty,
        name="acknowledge_duty",
    ),
    path("duties/<uuid:duty_id>/hand-back", acknowledgements.hand_back_duty, name="hand_back_duty"),
    path("search", search.search, name="search"),
    path("search/<uuid:search_id>", search.results, name="search_results"),
    path("words", words.check_words, name="check_words"),
    path("reminders", reminders.inbox, name="inbox"),
    path("reminders/seen", reminders.mark_seen, name="mark_seen"),
    path("episodes/<uuid:episode_id>/reminders", ledger.ledger, name="ledger"),
    path("reminders/running", health.running, name="reminders_running"),
    path("me/reminders", preferences.preferences, name="reminder_preferences"),
    path("r/<uuid:delivery_id>", reminders.reminder, name="reminder"),
    path("protocols/try", try_protocol.try_protocol, name="try_protocol"),
    path("protocols", protocols.protocols, name="protocols"),
    path("protocols/<slug:code>", protocols.protocol, name="protocol"),
    path(
        "protocols/<slug:code>/withdraw",
        protocols.withdraw_confirmation,
        name="withdraw_confirmation",
    ),
    path("audit", audit.audit_trail, name="audit"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("demo/mailbox", demo.mailbox, name="mailbox"),
    path("demo/mailbox/<str:key>", demo.letter, name="letter"),
    path("demo/components", demo.gallery, name="gallery"),
]

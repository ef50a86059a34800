"""What is logged on records: tasks, notes, meetings, calls and emails.

Follows https://developers.hubspot.com/docs/api-reference/crm-tasks-v3/guide and the guides on
notes, meetings, calls and email beside it.
"""

from __future__ import annotations

from typing import Final

from sandbox.hubspot.schema.kind import Kind, kind_of
from sandbox.hubspot.schema.property import Picklists, properties_of

_SINCE: Final = """
hs_timestamp time - Activity date
hubspot_owner_id owner - Activity assigned to
hubspot_owner_assigneddate time r Owner assigned date
hs_createdate time r Create date
hs_lastmodifieddate time r Last modified date
hs_object_id num r Record ID
hs_object_source text r Record source
hs_object_source_id text rh Record source ID
hs_object_source_label text r Record source
hs_created_by_user_id num r Created by user ID
hs_attachment_ids text - Attached file IDs
hs_unique_creation_key text rh Unique creation key
hs_merged_object_ids text r Merged record IDs
"""
_TASK: Final = """
hs_task_subject text - Task Title
hs_task_body html - Task Notes
hs_task_status pick - Task Status
hs_task_priority pick - Priority
hs_task_type pick - Task Type
hs_task_reminders text - Reminders
hs_task_is_all_day bool - Is All Day
hs_task_is_completed num c Is Completed
hs_task_completion_date time r Completed at
hs_task_is_past_due_date bool c Is past due
hs_body_preview text r Body preview
hs_queue_membership_ids multi - Queue
"""
_NOTE: Final = """
hs_note_body html - Note body
hs_body_preview text r Body preview
"""
_MEETING: Final = """
hs_meeting_title text - Meeting name
hs_meeting_body html - Meeting description
hs_internal_meeting_notes html - Internal meeting notes
hs_meeting_external_url text - External URL
hs_meeting_location text - Location
hs_meeting_start_time time - Meeting start time
hs_meeting_end_time time - Meeting end time
hs_meeting_outcome pick - Meeting outcome
hs_activity_type text - Meeting type
hs_meeting_source text r Meeting source
hs_body_preview text r Body preview
"""
_CALL: Final = """
hs_call_title text - Call title
hs_call_body html - Call notes
hs_call_direction pick - Call direction
hs_call_disposition pick - Call outcome
hs_call_duration num - Call duration
hs_call_from_number text - From number
hs_call_to_number text - To number
hs_call_recording_url text - Recording URL
hs_call_status pick - Call status
hs_activity_type text - Call and meeting type
hs_body_preview text r Body preview
"""
_EMAIL: Final = """
hs_email_subject text - Email subject
hs_email_text area - Email body
hs_email_html html - Email HTML
hs_email_direction pick - Email direction
hs_email_status pick - Email send status
hs_email_headers area - Email headers
hs_email_from_email text r Email from address
hs_email_from_firstname text r Email from first name
hs_email_from_lastname text r Email from last name
hs_email_to_email text r Email to address
hs_email_sender_email text r Email sender address
hs_email_message_id text r Email message ID
hs_email_thread_id text r Email thread ID
hs_email_open_count num r Number of email opens
hs_email_click_count num r Number of email clicks
hs_email_reply_count num r Number of email replies
hs_body_preview text r Body preview
"""
_PICKLISTS: Final[Picklists] = {
    "hs_task_status": (
        ("NOT_STARTED", "Not started"),
        ("IN_PROGRESS", "In progress"),
        ("COMPLETED", "Completed"),
        ("WAITING", "Waiting"),
        ("DEFERRED", "Deferred"),
    ),
    "hs_task_priority": (
        ("NONE", "None"),
        ("LOW", "Low"),
        ("MEDIUM", "Medium"),
        ("HIGH", "High"),
    ),
    "hs_task_type": (
        ("EMAIL", "Email"),
        ("CALL", "Call"),
        ("TODO", "To-do"),
        ("LINKED_IN_CONNECT", "LinkedIn connect"),
        ("LINKED_IN_MESSAGE", "LinkedIn message"),
    ),
    "hs_meeting_outcome": (
        ("SCHEDULED", "Scheduled"),
        ("COMPLETED", "Completed"),
        ("RESCHEDULED", "Rescheduled"),
        ("NO_SHOW", "No show"),
        ("CANCELED", "Canceled"),
    ),
    "hs_call_direction": (("INBOUND", "Inbound"), ("OUTBOUND", "Outbound")),
    "hs_call_status": tuple(
        (value, value.replace("_", " ").capitalize())
        for value in (
            "BUSY", "CALLING_CRM_USER", "CANCELED", "COMPLETED", "CONNECTING", "FAILED",
            "IN_PROGRESS", "MISSED", "NO_ANSWER", "QUEUED", "RINGING",
        )
    ),
    "hs_call_disposition": (
        ("f240bbac-87c9-4f6e-bf70-924b57d47db7", "Connected"),
        ("73a0d17f-1163-4015-bdd5-ec830791da20", "No answer"),
        ("9d9162e7-6cf3-4944-bf63-4dff82258764", "Busy"),
        ("17b47fee-58de-441e-a44c-c6300d46f273", "Wrong number"),
        ("a4c4c377-d246-4b32-a13b-75a56a4cd0ff", "Left live message"),
        ("b2cf5968-551e-4856-9783-52b3da59a7d0", "Left voicemail"),
    ),
    "hs_email_direction": (
        ("EMAIL", "Sent from the CRM"),
        ("INCOMING_EMAIL", "Reply"),
        ("FORWARDED_EMAIL", "Forwarded"),
        ("DRAFT_EMAIL", "Draft"),
    ),
    "hs_email_status": (
        ("BOUNCED", "Bounced"),
        ("FAILED", "Failed"),
        ("SCHEDULED", "Scheduled"),
        ("SENDING", "Sending"),
        ("SENT", "Sent"),
    ),
    "hs_queue_membership_ids": (),
}  # fmt: skip
_TYPES: Final = (
    ("tasks", "task", "0-27", "Task", _TASK, ()),
    ("notes", "note", "0-46", "Note", _NOTE, ()),
    ("meetings", "meeting", "0-47", "Meeting", _MEETING, ()),
    ("calls", "call", "0-48", "Call", _CALL, ()),
    ("emails", "email", "0-49", "Email", _EMAIL, ("hs_email_direction",)),
)


def kinds() -> list[Kind]:
    """The five types."""
    return [
        kind_of(
            name,
            singular,
            number,
            properties_of(lines + _SINCE, singular, _PICKLISTS),
            [(singular, f"{label} information"), ("engagement", "Engagement information")],
            required=("hs_timestamp", *required),
        )
        for name, singular, number, label, lines, required in _TYPES
    ]

"""Tasks, calendar entries and e-mails.

Follows the Object Reference for Task, Event, EmailMessage and TaskStatus. Task and Event share the
custom fields of Activity.
"""

from __future__ import annotations

from typing import Final

from sandbox.salesforce.schema.kind import CRM, FULL, READ_ONLY, ObjectType, define

TASK_STATUS: Final = (
    ("Not Started", False, True),
    ("In Progress", False, False),
    ("Completed", True, False),
    ("Waiting on someone else", False, False),
    ("Deferred", False, False),
)
"""Name, is closed, is default."""
_RECURRENCE = (
    "RecursDaily", "RecursEveryWeekday", "RecursMonthly", "RecursMonthlyNth", "RecursWeekly",
    "RecursYearly", "RecursYearlyNth",
)  # fmt: skip
PICKLISTS: Final = {
    "TaskSubject": ("Call", "Send Letter", "Send Quote", "Other"),
    "EventSubject": ("Call", "Email", "Meeting", "Send Letter/Quote", "Other"),
    "TaskStatus": tuple(status[0] for status in TASK_STATUS),
    "Priority": ("High", "Normal", "Low"),
    "TaskType": ("Call", "Meeting", "Other", "Email"),
    "TaskSubtype": ("Task", "Email", "ListEmail", "Cadence", "Call", "LinkedIn"),
    "EventSubtype": ("Event",),
    "CallType": ("Internal", "Inbound", "Outbound"),
    "RecurrenceType": _RECURRENCE,
    "ShowAs": ("Busy", "OutOfOffice", "Free"),
    "EmailStatus": ("0", "1", "2", "3", "4", "5"),
}
WHAT: Final = "Account,Campaign,Opportunity"
_ACTIVITY = f"""
WhoId ref(Contact,Lead:Who) cun Name ID;kids=@;cascade
WhatId ref({WHAT}:What) cun Related To ID;kids=@;cascade
"""
_TASK = f"""
{_ACTIVITY.replace("@", "Tasks")}
Subject combobox(255) cunx Subject;name;picks=TaskSubject
ActivityDate date cunx Due Date Only
Status picklist(255) cud Status;picks=TaskStatus;default=Not Started
Priority picklist(255) cud Priority;default=Normal
IsHighPriority boolean - High Priority
OwnerId ref(Group,User:Owner) cud Assigned To ID
Description textarea(32000) cun Description
Type picklist(40) cun Type;picks=TaskType
AccountId ref(Account:Account) n Account ID
IsClosed boolean - Closed
IsArchived boolean - Archived
CallDurationInSeconds int cunx Call Duration
CallType picklist(40) cunx Call Type;restricted
CallDisposition string(255) cunx Call Result
CallObject string(255) cunx Call Object Identifier
ReminderDateTime datetime cunx Reminder Date/Time
IsReminderSet boolean cux Reminder Set
RecurrenceActivityId ref(Task:) n Recurrence Activity ID
IsRecurrence boolean cx Create Recurring Series of Tasks
RecurrenceStartDateOnly date cunx Recurrence Start
RecurrenceEndDateOnly date cunx Recurrence End
RecurrenceType picklist(40) cunx Recurrence Type;restricted
RecurrenceInterval int cunx Recurrence Interval
TaskSubtype picklist(40) cnx Task Subtype;restricted;default=Task
CompletedDateTime datetime n Completed Date
"""
_EVENT = f"""
{_ACTIVITY.replace("@", "Events")}
Subject combobox(255) cunx Subject;name;picks=EventSubject
Location string(255) cun Location
IsAllDayEvent boolean cu All-Day Event
ActivityDateTime datetime cunx Due Date Time
ActivityDate date cunx Due Date Only
DurationInMinutes int cunx Duration
StartDateTime datetime cunx Start Date Time
EndDateTime datetime cunx End Date Time
EndDate date n End Date
Description textarea(32000) cun Description
Type picklist(40) cun Type;picks=TaskType
AccountId ref(Account:Account) n Account ID
OwnerId ref(User:Owner) cud Assigned To ID
IsPrivate boolean cux Private
ShowAs picklist(40) cundx Show Time As;restricted;default=Busy
IsChild boolean - Is Child
IsGroupEvent boolean - Is Group Event
IsArchived boolean - Archived
RecurrenceActivityId ref(Event:) n Recurrence Activity ID
IsRecurrence boolean cx Create Recurring Series of Events
ReminderDateTime datetime cunx Reminder Date/Time
IsReminderSet boolean cux Reminder Set
EventSubtype picklist(40) cnx Event Subtype;restricted;default=Event
"""
_EMAIL = """
ParentId ref(Task:) cnx Case ID
ActivityId ref(Task:Activity) cnx Activity ID
TextBody textarea(131072) cunx Text Body
HtmlBody textarea(131072) cunx HTML Body
Headers textarea(131072) cunx Headers
Subject string(3000) cunx Subject;name
FromName string(1000) cunx From Name
FromAddress email(1000) cunx From Address
ToAddress string(4000) cunx To Address
CcAddress string(4000) cunx CC Address
BccAddress string(4000) cunx BCC Address
Incoming boolean cx Is Incoming
HasAttachment boolean - Has Attachment
Status picklist(40) cud Status;picks=EmailStatus;restricted;default=0
MessageDate datetime cunx Message Date
MessageIdentifier string(765) cunx Message ID
ThreadIdentifier string(765) cunx Thread ID
IsClientManaged boolean cx Is Client Managed
RelatedToId ref(Account,Campaign,Opportunity:RelatedTo) cunx Related To ID;kids=Emails
IsTracked boolean - Is Tracked
IsOpened boolean - Opened?
FirstOpenedDate datetime n First Opened
LastOpenedDate datetime n Last Opened
IsBounced boolean - Is Bounced
"""
_STATUS = """
MasterLabel string(255) n Master Label;name
ApiName string(255) n API Name
SortOrder int n Sort Order
IsDefault boolean - Is Default
IsClosed boolean - Closed
"""


def objects() -> list[ObjectType]:
    """Task, Event, EmailMessage and the task statuses."""
    task = define("Task", "00T", "Task", "Tasks", _TASK, PICKLISTS, powers=CRM)
    calendar = define(
        "Event", "00U", "Event", "Events", _EVENT, PICKLISTS, powers=CRM - {"feedEnabled"}
    )
    task.synonyms, calendar.synonyms = ("Event",), ("Task",)
    return [
        task,
        calendar,
        define(
            "EmailMessage",
            "02s",
            "Email Message",
            "Email Messages",
            _EMAIL,
            PICKLISTS,
            powers=FULL | {"searchable"},
        ),
        define(
            "TaskStatus",
            "01T",
            "Task Status Value",
            "Task Status Value",
            _STATUS,
            powers=READ_ONLY,
            deleted=False,
            bulk=False,
        ),
    ]

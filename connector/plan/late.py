"""One task for an owner in the place of all those that came too late to be sent one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.clock import DAY
from connector.model import RecordRef, Write, WriteKind
from connector.plan import text
from connector.plan.key import write_key

MOST_NAMED: Final = 20
_USER: Final = "User"


def late_digest(
    late: Sequence[Write], names: Sequence[str], *, instance: str, owner: str, now: int
) -> Write:
    """The task that tells an owner about tasks that were never sent; `names` are of their people.

    It is about the record of the first. There is one for an owner and moment (`now`, UTC ms).
    """
    target = late[0].target
    told = [
        f"- {name}: {write.fields.get('subject')}"
        for name, write in zip(names[:MOST_NAMED], late[:MOST_NAMED], strict=True)
    ]
    more = [f"- and {len(late) - MOST_NAMED} more"] if len(late) > MOST_NAMED else []
    subject = f"Came back while leadmode could not tell you: {len(late)}"
    head = "These tasks waited too long to be sent one by one. Look who is still worth a call."
    return Write(
        key=write_key(
            instance=instance,
            rule="late",
            epoch=1,
            target=RecordRef(target.instance, _USER, owner),
            anchor=(now,),
            action="late",
        ),
        kind=WriteKind.CREATE_TASK,
        target=target,
        fields={
            "subject": text.clean(subject),
            "body": text.clean("\n".join([head, *told, *more])),
            "due_at": now + DAY,
            "priority": "normal",
            "owner": owner or None,
        },
    )

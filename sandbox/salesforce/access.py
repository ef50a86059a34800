"""Who may see and write what: field-level security, objects, permissions.

Follows "Field-Level Security" and FieldPermissions, PermissionSet, PermissionSetAssignment in the
Object Reference. A custom field that was made through an API is visible to nobody until a
permission set grants it; standard fields are visible unless a test hides them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.salesforce.caller import Caller
from sandbox.salesforce.schema.field import Field
from sandbox.salesforce.schema.kind import ObjectType

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

FieldKey = tuple[str, str]
_ACTIVITY: Final = ("Task", "Event", "Activity")


class Access:
    """The rights of the users of one org."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._hidden: dict[str, set[FieldKey]] = {}
        self._read_only: dict[str, set[FieldKey]] = {}
        self._objects: dict[str, set[str]] = {}
        self._own_only: set[tuple[str, str]] = set()
        self._granted: dict[str, dict[FieldKey, bool]] = {}

    def changed(self) -> None:
        """A permission set or an assignment was written: look again."""
        self._granted.clear()

    def hide(self, user: str, object_name: str, field: str) -> None:
        """Take a standard field out of a user's sight."""
        self._hidden.setdefault(user, set()).add((object_name, field))

    def unhide(self, user: str, object_name: str, field: str) -> None:
        """Give a hidden standard field back."""
        self._hidden.get(user, set()).discard((object_name, field))

    def lock(self, user: str, object_name: str, field: str) -> None:
        """Leave a field readable, but not writable."""
        self._read_only.setdefault(user, set()).add((object_name, field))

    def hide_object(self, user: str, object_name: str) -> None:
        """Take a whole object out of a user's sight."""
        self._objects.setdefault(user, set()).add(object_name)

    def only_own(self, user: str, object_name: str) -> None:
        """Without View All a user sees their own records, and no error says so."""
        self._own_only.add((user, object_name))

    def sees_only_own(self, caller: Caller, object_name: str) -> bool:
        return not caller.system and (caller.user, object_name) in self._own_only

    def object_visible(self, caller: Caller, object_name: str) -> bool:
        return caller.system or object_name not in self._objects.get(caller.user, ())

    def can_read(self, caller: Caller, kind: ObjectType, field: Field) -> bool:
        """Whether the field exists for this user."""
        if caller.system:
            return True
        if (kind.name, field.name) in self._hidden.get(caller.user, ()):
            return False
        return not (field.custom and field.permissionable) or self._grant(caller, kind, field)[0]

    def can_edit(self, caller: Caller, kind: ObjectType, field: Field) -> bool:
        """Whether field-level security lets the user write it."""
        if caller.system:
            return True
        if (kind.name, field.name) in self._read_only.get(caller.user, ()):
            return False
        if not self.can_read(caller, kind, field):
            return False
        return not (field.custom and field.permissionable) or self._grant(caller, kind, field)[1]

    def visible(self, caller: Caller, kind: ObjectType) -> list[Field]:
        """The fields that a describe shows to this user."""
        return [field for field in kind.fields.values() if self.can_read(caller, kind, field)]

    def _grant(self, caller: Caller, kind: ObjectType, field: Field) -> tuple[bool, bool]:
        granted = self._granted.get(caller.user)
        if granted is None:
            granted = self._granted[caller.user] = self._collect(caller.user)
        homes = _ACTIVITY if kind.name in _ACTIVITY else (kind.name,)
        found = [granted[home, field.name] for home in homes if (home, field.name) in granted]
        return bool(found), any(found)

    def _collect(self, user: str) -> dict[FieldKey, bool]:
        granted: dict[FieldKey, bool] = {}
        sets = self.permission_sets(user)
        for row in self._org.tables["FieldPermissions"].live():
            if row.get("ParentId") in sets and row.get("PermissionsRead"):
                field = str(row.get("Field")).partition(".")[2]
                key = (str(row.get("SobjectType")), field)
                granted[key] = granted.get(key, False) or bool(row.get("PermissionsEdit"))
        return granted

    def permission_sets(self, user: str) -> set[str]:
        """Ids of the permission sets of a user, with the one that the profile owns."""
        tables = self._org.tables
        found = {
            str(row.get("PermissionSetId"))
            for row in tables["PermissionSetAssignment"].live()
            if row.get("AssigneeId") == user
        }
        profile = tables["User"].rows.get(user, {}).get("ProfileId")
        found |= {
            str(row["Id"])
            for row in tables["PermissionSet"].live()
            if profile is not None and row.get("ProfileId") == profile
        }
        return found

    def may(self, caller: Caller, permission: str) -> bool:
        """Whether a user permission such as PermissionsSendCustomNotifications is given."""
        sets = self._org.tables["PermissionSet"].rows
        mine = self.permission_sets(caller.user)
        return caller.system or any(sets[each].get(permission) for each in mine if each in sets)

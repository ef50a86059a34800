"""Users, queues, rights and other things an administrator looks after.

Follows the Object Reference for User, Profile, PermissionSet, PermissionSetAssignment,
FieldPermissions, ObjectPermissions, Group, GroupMember, Organization, RecordType, LeadStatus and
CustomNotificationType.
"""

from __future__ import annotations

from sandbox.salesforce.schema.kind import FULL, READ_ONLY, ObjectType, define
from sandbox.salesforce.schema.people import address

_USER = f"""
Username string(80) cu Username;lookup
LastName string(80) cu Last Name;of=Name
FirstName string(40) cun First Name;of=Name
Name string(121) - Full Name;name
CompanyName string(80) cun Company Name
Division string(80) cun Division
Department string(80) cun Department
Title string(80) cun Title
{address("", "")}
Email email(128) cu Email;lookup
Phone phone(40) cun Phone
MobilePhone phone(40) cun Mobile
Alias string(8) cu Alias
CommunityNickname string(40) cud Nickname
IsActive boolean cux Active
TimeZoneSidKey picklist(40) cud Time Zone;default=Europe/Berlin
UserRoleId ref(UserRole:) cunx Role ID
LocaleSidKey picklist(40) cud Locale;default=en_US
EmailEncodingKey picklist(40) cud Email Encoding;default=UTF-8
ProfileId ref(Profile:Profile) cu Profile ID
UserType picklist(40) n User Type;default=Standard
LanguageLocaleKey picklist(40) cud Language;default=en_US
EmployeeNumber string(20) cun Employee Number
ManagerId ref(User:Manager) cun Manager ID;kids=ManagedUsers
LastLoginDate datetime n Last Login
FederationIdentifier string(512) cun SAML Federation ID
"""
_PROFILE = """
Name string(255) cu Name;name
UserType picklist(40) n User Type
UserLicenseId ref(UserLicense:) n User License ID
Description textarea(255) cun Description
PermissionsApiEnabled boolean cux API Enabled
PermissionsModifyAllData boolean cux Modify All Data
PermissionsViewAllData boolean cux View All Data
PermissionsCustomizeApplication boolean cux Customize Application
PermissionsManageCustomFields boolean cux Manage Custom Fields
"""
_SET = """
Name string(80) cu Permission Set Name;name
Label string(80) cu Permission Set Label
Description string(255) cun Description
LicenseId ref(PermissionSetLicense:) cunx License ID
ProfileId ref(Profile:Profile) n Profile ID
IsOwnedByProfile boolean - Is Owned By Profile
IsCustom boolean - Is Custom
Type picklist(40) n Type
PermissionsApiEnabled boolean cux API Enabled
PermissionsModifyAllData boolean cux Modify All Data
PermissionsViewAllData boolean cux View All Data
PermissionsCustomizeApplication boolean cux Customize Application
PermissionsSendCustomNotifications boolean cux Send Custom Notifications
PermissionsUpdateConvertedLeads boolean cux View and Edit Converted Leads
PermissionsEditTask boolean cux Edit Tasks
"""
_ASSIGNMENT = """
PermissionSetId ref(PermissionSet:PermissionSet) cnx PermissionSet ID;kids=Assignments;cascade
AssigneeId ref(User:Assignee) cx Assignee ID;kids=PermissionSetAssignments
ExpirationDate datetime cunx Expiration Date
IsActive boolean - Is Active
"""
_FIELD_RIGHTS = """
ParentId ref(PermissionSet:Parent) cx Parent ID;kids=FieldPerms;cascade
SobjectType picklist(40) cx Sobject Type Name
Field picklist(255) cx Field Name
PermissionsEdit boolean cux Edit Field
PermissionsRead boolean cux Read Field
"""
_OBJECT_RIGHTS = """
ParentId ref(PermissionSet:Parent) cx Parent ID;kids=ObjectPerms;cascade
SobjectType picklist(40) cx Sobject Type Name
PermissionsCreate boolean cux Create Records
PermissionsRead boolean cux Read Records
PermissionsEdit boolean cux Edit Records
PermissionsDelete boolean cux Delete Records
PermissionsViewAllRecords boolean cux View All Records
PermissionsModifyAllRecords boolean cux Modify All Records
"""
_GROUP = """
Name string(40) cu Name;name
DeveloperName string(80) cun Developer Name
Type picklist(40) cud Type;default=Regular
Email email(255) cunx Email
OwnerId ref(Organization,User:Owner) n Owner ID
RelatedId ref(User:Related) n Related ID
"""
_GROUP_MEMBER = """
GroupId ref(Group:Group) c Group ID;kids=GroupMembers;cascade
UserOrGroupId ref(Group,User:) c User/Group ID
"""
_QUEUE = """
QueueId ref(Group:Queue) c Group ID;kids=QueueSobjects;cascade
SobjectType picklist(40) c Entity Type
"""
_ORGANIZATION = f"""
Name string(80) - Name;name
Division string(80) n Division
{address("", "").replace(" cun ", " n ")}
Phone phone(40) n Phone
PrimaryContact string(80) n Primary Contact
DefaultLocaleSidKey picklist(40) - Locale
TimeZoneSidKey picklist(40) - Time Zone
LanguageLocaleKey picklist(40) - Language
FiscalYearStartMonth int n Fiscal Year Starts In
OrganizationType picklist(40) n Edition
NamespacePrefix string(15) n Namespace Prefix
InstanceName string(5) n Instance Name
IsSandbox boolean - Is Sandbox
TrialExpirationDate datetime n Trial Expiration Date
"""
_RECORD_TYPE = """
Name string(80) cu Name;name
DeveloperName string(80) cu Record Type Name
NamespacePrefix string(15) n Namespace Prefix
Description string(255) cun Description
BusinessProcessId ref(BusinessProcess:) cunx Business Process ID
SobjectType picklist(40) cx Sobject Type Name
IsActive boolean cux Active
IsPersonType boolean - Is Person Type
"""
_LEAD_STATUS = """
MasterLabel string(255) n Master Label;name
ApiName string(255) n API Name
SortOrder int n Sort Order
IsDefault boolean - Is Default
IsConverted boolean - Converted
"""
_NOTIFICATION = """
CustomNotifTypeName string(80) n Custom Notification Type Name
DeveloperName string(80) n API Name
MasterLabel string(80) n Label;name
NamespacePrefix string(15) n Namespace Prefix
Language picklist(40) n Master Language
Desktop boolean - Supported Channel Desktop
Mobile boolean - Supported Channel Mobile
Description string(255) n Description
"""


def objects() -> list[ObjectType]:
    """What setup is made of."""
    user = FULL - {"deletable"} | {"feedEnabled", "mruEnabled", "searchable"}
    rights = FULL - {"layoutable", "replicateable", "triggerable"}
    return [
        define("User", "005", "User", "Users", _USER, powers=user, deleted=False),
        define(
            "Profile",
            "00e",
            "Profile",
            "Profile",
            _PROFILE,
            powers=READ_ONLY,
            deleted=False,
            bulk=False,
        ),
        define(
            "PermissionSet",
            "0PS",
            "Permission Set",
            "Permission Sets",
            _SET,
            powers=rights,
            deleted=False,
            bulk=False,
        ),
        define(
            "PermissionSetAssignment",
            "0Pa",
            "Permission Set Assignment",
            "Permission Set Assignments",
            _ASSIGNMENT,
            powers=rights,
            deleted=False,
            bulk=False,
        ),
        define(
            "FieldPermissions",
            "01k",
            "Field Permissions",
            "Field Permissions",
            _FIELD_RIGHTS,
            powers=rights,
            deleted=False,
            bulk=False,
        ),
        define(
            "ObjectPermissions",
            "110",
            "Object Permissions",
            "Object Permissions",
            _OBJECT_RIGHTS,
            powers=rights,
            deleted=False,
            bulk=False,
        ),
        define(
            "Group",
            "00G",
            "Group",
            "Group",
            _GROUP,
            powers=FULL - {"layoutable", "triggerable"},
            deleted=False,
        ),
        define(
            "GroupMember",
            "011",
            "Group Member",
            "Group Member",
            _GROUP_MEMBER,
            powers=rights,
            deleted=False,
        ),
        define(
            "QueueSobject",
            "03g",
            "Queue Sobject",
            "Queue Sobject",
            _QUEUE,
            powers=rights,
            deleted=False,
        ),
        define(
            "Organization",
            "00D",
            "Organization",
            "Organizations",
            _ORGANIZATION,
            powers=READ_ONLY | {"replicateable"},
            deleted=False,
        ),
        define(
            "RecordType",
            "012",
            "Record Type",
            "Record Types",
            _RECORD_TYPE,
            powers=rights,
            deleted=False,
        ),
        define(
            "LeadStatus",
            "01I",
            "Lead Status Value",
            "Lead Status Value",
            _LEAD_STATUS,
            powers=READ_ONLY,
            deleted=False,
            bulk=False,
        ),
        define(
            "CustomNotificationType",
            "0ML",
            "Custom Notification Type",
            "Custom Notification Types",
            _NOTIFICATION,
            powers=READ_ONLY,
            deleted=False,
            bulk=False,
        ),
    ]

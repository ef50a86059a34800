"""What the org knows: objects, fields, and how they are described."""

from sandbox.salesforce.schema.catalog import Schema
from sandbox.salesforce.schema.field import Field
from sandbox.salesforce.schema.kind import ObjectType

__all__ = ["Field", "ObjectType", "Schema"]

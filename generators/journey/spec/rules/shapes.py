"""What reading and validating a file ask of it, said as other rules are: `yaml/` of its text, `spec/` of its shape."""

from __future__ import annotations

RULES = {
    "yaml/size": "A file has no more bytes and nodes than are read; an alias counts as what it stands for.",
    "yaml/encoding": "A file is UTF-8.",
    "yaml/character": "A file holds no control characters.",
    "yaml/syntax": "A file is YAML.",
    "yaml/tab": "YAML is indented with spaces.",
    "yaml/empty": "A file says something.",
    "yaml/documents": "A file holds one document.",
    "yaml/depth": "A document is not nested deeper than is read.",
    "yaml/tag": "A node has no tag.",
    "yaml/alias": "An alias stands for something anchored above it.",
    "yaml/merge-key": "Mappings have no merge keys: YAML 1.2 does not know them.",
    "yaml/key": "A key is a string.",
    "yaml/duplicate-key": "A mapping has a key once.",
    "yaml/number": "A number is finite, and small enough to be read exactly.",
    "yaml/ambiguous-scalar": "A scalar that YAML 1.1 and 1.2 read differently is quoted.",
    "spec/no-platform": "A platform has a platform.yaml.",
    "spec/unreadable": "A file of the spec can be read.",
    "spec/include": "Services are included from below the platform's folder.",
    "spec/duplicate-service": "A service's name is its own.",
    "spec/promoted-file": "A promoted file belongs to a service that is there and an environment that is promoted to.",
    "spec/type": "A value has the type of its field.",
    "spec/unknown-field": "A field is one that the spec knows.",
    "spec/missing-field": "A required field is there.",
    "spec/empty": "A list or mapping that needs an entry has one.",
    "spec/value": "A value is within its field's limits.",
}

"""What differs between two revisions of a platform, by object and field, and which edits of the spec made it so.

- `revisions`: two commits, with their rendered files and specs read from git's objects;
- `compare`: two versions of a rendered file as differing fields;
- `edits`: what the two specs say differently;
- `causes`: which edit made which field differ;
- `told`: what is found, grouped by cause, for people.
"""

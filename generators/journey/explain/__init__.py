"""Why a rendered field is what it is: found by changing the spec, a scalar at a time, and rendering its unit again.

What a unit read is recorded (`journey.spec.view`), which narrows the question to a part of the spec. Whether a scalar
in that part made a field is not inferred from how the code looks but tried: if no other valid value of it alters the
field, it is no cause. So an answer holds through f-strings, templates, arithmetic, hashes, loops and conditions alike.

- `fields`: a rendered file as fields that keep their name when a list grows;
- `variants`: what else a scalar could say;
- `candidates`: the scalars of what a unit read;
- `trials`: a unit rendered under changes;
- `search`: the candidates that alter a field, found in groups;
- `answers`: causes, values that lost, defaults and constants, for the commands.
"""

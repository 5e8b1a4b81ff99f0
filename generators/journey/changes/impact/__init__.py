"""What a change will do to what runs: verdicts, each with its rule, the rule's source, and the edit that causes it.

- `verdict`: the classes of effects, rules, findings, and verdicts with their stable ids;
- `pairs`: a rendered file before and after, with the fields that differ;
- one module a family of rules: `lifecycle`, `immutable`, `rollout`, `storage`, `access`, `exposure`, `routes`,
  `secrets`, `versions`, `objectives`, `capacity`, `terraform`;
- `acknowledged`: which verdicts the spec takes responsibility for;
- `report`: the whole answer; `told`: in words.
"""

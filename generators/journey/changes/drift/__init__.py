"""Where a cluster is not as its tree says.

- `ownership`: who set which field of a live object, by its `managedFields`;
- `found`: an object of the tree against the live one;
- `report`: all of a cluster, each difference with the line of the spec that says otherwise;
- `adopt`: the live value into the spec.
"""

"""What the workflows run that is no check or render: which services to build, releases, reports, comments, refreshes.

All that these functions read from outside the repository's own branch counts as data somebody else wrote.
"""

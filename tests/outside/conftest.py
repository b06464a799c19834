"""The package beside this file is no part of the lab's tests: it is copied away, and tested there."""

collect_ignore = ["mine"]

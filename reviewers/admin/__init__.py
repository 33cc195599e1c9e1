"""People, pools, rotations, tags. An admin changes everything; a lead, the pools they sit in and those people."""

from reviewers.admin.oncall import RotationAdmin
from reviewers.admin.persons import ReviewerAdmin
from reviewers.admin.pools import PoolAdmin, TagAdmin

__all__ = ["PoolAdmin", "ReviewerAdmin", "RotationAdmin", "TagAdmin"]

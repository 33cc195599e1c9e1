"""People, pools, tags. An admin changes everything; a lead, the pools they sit in and the reviewers of those."""

from reviewers.admin.persons import ReviewerAdmin
from reviewers.admin.pools import PoolAdmin, TagAdmin

__all__ = ["PoolAdmin", "ReviewerAdmin", "TagAdmin"]

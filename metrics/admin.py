"""What the metrics add to the admin site."""

from metrics.reasons.admin import ProposalAdmin

__all__ = ["ProposalAdmin"]

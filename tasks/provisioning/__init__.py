"""Infrastructure: the order in which a plan is carried out, a vote a job, and the plan's review, a vote a change."""

from .task import Provisioning

__all__ = ["Provisioning"]

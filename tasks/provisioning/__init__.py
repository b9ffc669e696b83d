"""Infrastructure: the order in which a plan is carried out, one vote a job, and the plan's review, one vote a change."""

from .task import Provisioning

__all__ = ["Provisioning"]

"""Rolling deployment: new versions instance by instance, a vote on the evidence, and a rollback that is checked."""

from .task import Deployment

__all__ = ["Deployment"]

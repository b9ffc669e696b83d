from __future__ import annotations
from dataclasses import dataclass
from .document import Kind


@dataclass(frozen=True)
class Kit:
    purposes: tuple[str, ...] = (
        "Keep a person's tasks in one place that programs can reach",
        "Let a team see who does what",
        "Remind people of what is due",
    )
    stories: tuple[str, ...] = (
        "As a developer, I want to create tasks over HTTP, so that my scripts can file work.",
        "As a developer, I want to list my open tasks, so that I see what is left.",
        "As a manager, I want to assign tasks to others, so that work is shared.",
    )
    features: tuple[str, ...] = (
        "When a client posts a task with a title, the API shall store the task.",
        "When a client asks for the open tasks, the API shall return the open tasks.",
        "When a client marks a task as done, the API shall store the time of completion.",
        "When a client deletes a task, the API shall answer with status 204.",
    )
    spill: tuple[str, ...] = (
        "The API shall let users sign in with OAuth.",
        "When a task changes, the API shall call a webhook.",
        "The API shall export all tasks as CSV.",
        "The API shall send an e-mail reminder one day before a task is due.",
        "The API shall offer a GraphQL endpoint.",
    )
    limits: tuple[tuple[Kind, str], ...] = (
        (Kind.CONSTRAINT, "The API shall answer within 200 ms for 95 % of requests."),
        (Kind.DATA, "A task has a title of at most 200 characters."),
        (Kind.INTERFACE, "The API speaks JSON over HTTP."),
    )

    def acceptance(self, feature, chance):
        return (
            f"Given an empty store, when the client acts, then the response has status {200 if chance < 0.7 else 201}."
        )


def kit_for(idea):
    return Kit()

"""The parts of an interview, in the order in which they are settled: first what bounds the others."""

from __future__ import annotations

from dataclasses import dataclass

from .document import Kind


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the document, settled as a whole.

    Attributes:
        name: As in `revise NAME`.
        kinds: What its lines may be; the first is what a person's words become.
        impact: What a wrong guess costs, from 1 (a line) to 3 (everything after it).
        most: Lines an agent may propose at once.
        wanted: What agents are asked for.
        question: What a person is asked.
        form: How a proposed line has to look; "" where any sentence will do.
    """

    name: str
    kinds: tuple[Kind, ...]
    impact: int
    most: int
    wanted: str
    question: str
    form: str = ""

    @property
    def single(self) -> bool:
        """Whether one line is chosen, where in other parts each line is decided by itself."""
        return self.most == 1


PURPOSE = Part(
    "purpose",
    (Kind.PURPOSE,),
    3,
    1,
    "the core purpose: the one thing it is for, in one sentence",
    "What is the one thing it is for?",
)
NON_GOALS = Part(
    "non-goals",
    (Kind.NON_GOAL,),
    3,
    5,
    "things that projects like this one often get and that nobody has asked for here, each in a few words",
    "Agents would also build these, which nobody asked for. Which of them do you want? What you do not choose is kept "
    'as not now; "none of these" rules it out.',
)
OPEN = Part(
    "open-points",
    (Kind.QUESTION,),
    3,
    3,
    "questions to the person that the idea and their words leave open, the ones whose answers change most of what "
    "is built "
    "first: who uses it, what data it holds, what goes wrong, within what limits, and above all what happens when … "
    "(two "
    "things clash, something is missing, is there already, or stops half way). Nothing that was said already, "
    "nothing that "
    "would be asked about any project",
    "What does the idea leave open?",
    "QUESTION? [ANSWER | ANSWER | ANSWER]",
)
STORIES = Part(
    "stories",
    (Kind.STORY,),
    2,
    3,
    "who uses it, and for what",
    "Who uses it, and for what?",
    "As a ROLE, I want WISH, so that BENEFIT.",
)
FEATURES = Part(
    "features",
    (Kind.FEATURE,),
    2,
    5,
    "what it has to do for the stories, and nothing beyond them",
    "What does it have to do? What you do not choose is kept as not now.",
    "When EVENT, the SYSTEM shall RESPONSE. (or: The SYSTEM shall RESPONSE.)",
)
LIMITS = Part(
    "limits",
    (Kind.CONSTRAINT, Kind.DATA, Kind.INTERFACE),
    2,
    4,
    "constraints it has to keep, data it holds, and interfaces to other systems",
    "Within what limits? What you do not choose is kept as not now.",
    "a number with its unit where a quality is meant",
)
ACCEPTANCE = Part(
    "acceptance",
    (Kind.ACCEPTANCE,),
    1,
    1,
    "how to tell that the feature works",
    "How can you tell that it works?",
    "Given STATE, when EVENT, then RESULT.",
)

PARTS = (PURPOSE, NON_GOALS, OPEN, STORIES, FEATURES, LIMITS, ACCEPTANCE)
BY_NAME = {part.name: part for part in PARTS}
BUILT = (Kind.FEATURE, Kind.CONSTRAINT, Kind.DATA, Kind.INTERFACE)
"""What is built, and what may therefore be spilled."""


def part_of(kind: Kind) -> Part:
    """Return the part that lines of `kind` belong to."""
    return next(part for part in PARTS if kind in part.kinds)


_OTHERS_BEFORE = {
    NON_GOALS.name: "Which of them do you want? The others become non-goals.",
    FEATURES.name: "The others become non-goals.",
    LIMITS.name: "The others are left out.",
}


def question_of(part: Part, rules: int) -> str:
    """Return what a person is asked about a part by the rules of an interview."""
    if rules == 1 and part.name in _OTHERS_BEFORE:
        asked = (
            part.question.partition(" Which of them")[0] if part is NON_GOALS else part.question.partition("?")[0] + "?"
        )
        return f"{asked} {_OTHERS_BEFORE[part.name]}"
    return part.question

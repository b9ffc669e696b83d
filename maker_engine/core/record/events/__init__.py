"""Events, past tense: everything that happened in a run, in the order in which it counts. All frozen.

One vocabulary: of the run, its samples and steps, of people, and of effects. Each kind has one record in `core/record`.
"""

from maker_engine.core.record.events.effects import *  # noqa: F403 - whole families, so that a new kind is written in one place
from maker_engine.core.record.events.event import Event as Event
from maker_engine.core.record.events.people import *  # noqa: F403
from maker_engine.core.record.events.run import *  # noqa: F403
from maker_engine.core.record.events.samples import *  # noqa: F403
from maker_engine.core.record.events.steps import *  # noqa: F403
from maker_engine.core.record.outcomes import Outcome as Outcome

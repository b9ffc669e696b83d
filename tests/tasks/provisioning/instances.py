"""Random problems, the same for the same seed."""

from __future__ import annotations

import random


def resources(seed, count=14, slots=3, *, quotas=True):
    """Return a problem in the task's own format: layers of resources, some of one type with a quota."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        before = [one["name"] for one in found]
        needs = dice.sample(before, min(len(before), dice.choice((0, 1, 1, 2, 3))))
        found.append(
            {
                "name": f"r{number:02}",
                "type": dice.choice(("network", "machine", "database")),
                "needs": needs,
                "seconds": dice.choice((5, 10, 20, 30, 60, 90, 180)),
                "cost_per_hour": round(dice.uniform(0, 0.5), 3),
            }
        )
    return {"slots": slots, "quotas": {"database": 1} if quotas and seed % 2 else {}, "resources": found}

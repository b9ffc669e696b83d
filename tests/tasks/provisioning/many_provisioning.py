"""What takes minutes: `python -m tests.tasks.provisioning.many_provisioning losses|dangers|terraform`.

losses: 40 random problems of 10, 14 and 20 resources beside the proven optimum. dangers: 200 reviews by simulated
agents that err once in 20, without the rules in code. terraform: the bundled project applied for real, in a new folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from maker_tasks.provisioning import Provisioning

import maker_engine as maker
from maker_engine.output import say
from maker_tui.cli.main import main
from tests.tasks.provisioning.instances import resources
from tests.tasks.provisioning.test_orders import follow
from tests.tasks.provisioning.test_review import DANGERS


def losses() -> None:
    """Print how much longer the rule takes than the proven optimum."""
    for count in (10, 14, 20):
        found = []
        for seed in range(40):
            task = Provisioning.load({}, json.dumps(resources(seed, count)))
            result = task.result(follow(task)[0])
            if result["optimum_s"] is not None:
                found.append(result["makespan_s"] / result["optimum_s"] - 1)
        say(f"{count} resources: {len(found)} proven, mean {sum(found) / len(found):.2%}, worst {max(found):.2%}")


def dangers(reviews: int = 200) -> None:
    """Print how many planted dangers simulated agents have approved."""
    task = Provisioning.load({"mode": "review"})
    addresses = [item.address for item in task._flow.items]
    approved = wrong = 0
    for seed in range(reviews):
        run = maker.solve(task, model="sim:p=0.95", seed=seed)
        for address, verdict in zip(addresses, run.answers, strict=True):
            approved += address in DANGERS and verdict == "approve"
            wrong += (address in DANGERS) != (verdict == "block")
    whole = reviews * len(addresses)
    say(f"{reviews} reviews at k = {run.k}: {approved} of {reviews * len(DANGERS)} dangers approved")
    say(f"{wrong} of {whole} verdicts wrong")


def terraform() -> None:
    """Apply the bundled project, and have Terraform say that nothing is left to change."""
    with TemporaryDirectory() as folder:
        workspace = Path(folder) / "project"
        workspace.mkdir()
        words = ["run", "provisioning", "--apply", "terraform", "--workspace", str(workspace), "--headless", "-q"]
        status = main([*words, "--allow", "exec:terraform", "--session", str(Path(folder) / "run.maker")])
        plan = subprocess.run(
            ["terraform", f"-chdir={workspace}", "plan", "-detailed-exitcode", "-input=false"],  # noqa: S607 - on PATH
            check=False, capture_output=True,
        )  # fmt: skip
        say(f"exit status {status}; terraform plan -detailed-exitcode: {plan.returncode}")


if __name__ == "__main__":
    {"losses": losses, "dangers": dangers, "terraform": terraform}[sys.argv[1]]()

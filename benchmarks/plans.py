"""Ten thousand plans made up at random, and whether any breaks a rule.

.venv/bin/python -m benchmarks.plans [PLANS]
"""

import sys
import time

from hypothesis import HealthCheck, given, settings

from tests.transforms.plans.made_plans import plans
from tests.transforms.plans.test_rules import no_rule_is_broken
from transforms.plans.plan import Plan


def main(number: int) -> None:
    """Make so many plans and print what they were."""
    visits, dropped, short = [0], [0], [0]
    made: set[str] = set()

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(plans())
    def each(plan: Plan) -> None:
        no_rule_is_broken(plan)
        made.add(plan.id)
        visits[0] += len(plan.visits)
        dropped[0] += len(plan.dropped)
        short[0] += bool(plan.short)

    began = time.process_time()
    each()
    cpu_s = time.process_time() - began
    sys.stdout.write(
        f"{len(made):,} plans, {visits[0]:,} visits, {dropped[0]:,} dropped,"
        f" {short[0]:,} with a place short of its visits; no rule broken;"
        f" {cpu_s:.0f} CPU-s\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)

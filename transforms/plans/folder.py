"""Where the plans of a programme are."""

PLANS = "plans"  # each a folder that is written once and never changes

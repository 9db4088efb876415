"""What every test stands on: Hypothesis without a clock, for machines that are shared."""

from hypothesis import settings

settings.register_profile("shared-machine", deadline=None, print_blob=True)
settings.load_profile("shared-machine")

"""What all tests share: properties are tried the same way on every run."""

from hypothesis import settings

settings.register_profile("buurtbot", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("buurtbot")

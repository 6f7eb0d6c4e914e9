"""Every test of a hostile guest ends with the same question: is anybody else harmed?"""

import pytest


@pytest.fixture(autouse=True)
def unharmed(street):
    """After each test the platform of the module's `street` is alive, its neighbour answers, its memory is back."""
    yield
    street.check_unharmed()

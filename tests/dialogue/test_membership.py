from hashlib import sha256

import pytest

from bot.dialogue import membership
from storage.people import Purpose

KNOWN = {
    "membership-1": "94644a8c7dea",
    "news-1": "56eb34c2968f",
    "survey-1": "2068fef0696c",
    "found-1": "c3afe3eef0cc",
}
"""What people agreed to, by version. A question that changes gets a new version, in a new line."""


@pytest.mark.parametrize("purpose", membership.PERMISSIONS)
def test_a_version_stands_for_one_text(purpose):
    permission = membership.PERMISSIONS[purpose]
    assert sha256(permission.question.encode()).hexdigest()[:12] == KNOWN[permission.version]


def test_every_purpose_has_its_own_question():
    assert list(membership.PERMISSIONS) == [str(purpose) for purpose in Purpose]

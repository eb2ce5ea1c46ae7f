"""Everything that is sent without being asked for just then: what lets it through.

A new renderer has to be put in one of these lists, and so to be thought about.
"""

from handlers import RENDERERS

THROUGH_THE_GATE = {
    "announcement",  # news and surveys; about one's own meeting it is a service message
    "digest",
    "invitation",
    "reminder",  # to who is invited and silent; to who comes it is a service message
}
ABOUT_ONES_OWN_MEETING = {
    "offer",
    "moved_up",
    "offer_expired",
    "change",
    "afterwards",
    "notes",
    "taken_off",
    "from_host",
}
ASKED_FOR = {"survey_again", "announcement_again", "answer"}
ABOUT_ONES_OWN_WORK = {
    "announcement_progress",
    "announcement_summary",
    "announcement_paused",
    "announcement_asked",
    "announcement_answered",
    "announcement_undone",
    "announcement_stranded",
    "question",
    "host_ended",
    "role_ended",
}


def test_every_renderer_is_let_through_by_something() -> None:
    lists = [THROUGH_THE_GATE, ABOUT_ONES_OWN_MEETING, ASKED_FOR, ABOUT_ONES_OWN_WORK]
    named = sorted(name for one in lists for name in one)
    assert named == sorted(renderer.name for renderer in RENDERERS)

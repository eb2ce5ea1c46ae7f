"""Being kept informed: what somebody follows, how often it comes, and an end to it in one tap.

It takes less than a minute and no membership. Only the yes to its first question makes anything
come, in the same words as when somebody joins.
"""

from __future__ import annotations

from typing import Final

from bot.dialogue import answers
from bot.dialogue.announcing import followed
from bot.dialogue.flow import Then, entry, flow
from bot.dialogue.language import N_, _, isolate, listed, n_, number
from bot.dialogue.membership import PERMISSIONS, asked, themes
from bot.dialogue.messages import Button
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import digests, news, people, preferences
from storage.audience import Audience, count
from storage.news import EVERYWHERE, PLACE, TOPIC, Follows
from storage.people import Consent, Person, Purpose
from storage.small_cells import FEWEST
from storage.transaction import Tx

MOST_PLACES: Final = 6
MOST_SHOWN: Final = 10
CHANGES: Final = ("topics", "places", "weekly", "single")
"""What a button may ask to be changed at once."""


@flow(
    "follow",
    title=N_("choosing what news you get"),
    words=N_("keep me informed, follow"),
)
def follow(talk: Talk, tx: Tx, what: str = "") -> Then | None:
    """Sign up for the news, or change one thing about it; `what` is one of `CHANGES`.

    Who stops the news in the middle of changing it is not asked to want it again.
    """
    person = people.find(tx, talk.person.id)
    assert person is not None
    if not people.agrees(tx, person.id, Purpose.NEWS):
        if what or talk.is_wanted("what"):
            talk.say(_("You get no news from me now."), [_keep_informed()])
        else:
            _sign_up(talk, tx, person)
        return None
    return _change(talk, tx, person, what)


def _sign_up(talk: Talk, tx: Tx, person: Person) -> None:
    if not talk.confirm("news", asked("news")):
        return talk.say(
            _("Fine. I send you nothing. You can always read the news here."),
            [Button(_("See the news"), entry("news"))],
        )
    topics = _topics(talk, tx, person)
    places = _places(talk, person)
    weekly = _is_weekly(talk)
    lines = _lines(person, Follows(topics, places), weekly=weekly)
    talk.summary("summary", _("This is what you get:"), lines)
    news.follow(tx, person.id, TOPIC, topics)
    news.follow(tx, person.id, PLACE, places)
    digests.choose(tx, person, talk.now, weekly=weekly)
    preferences.end_pause(tx, person.id, talk.now)
    version = PERMISSIONS["news"].version
    consent = Consent("news", True, version, talk.person.language, "news", talk.now)
    people.record_consent(tx, person.id, consent)
    return talk.say(f"{_done(weekly=weekly)}\n\n{_always()}", *_afterwards())


def _done(*, weekly: bool) -> str:
    if weekly:
        return _("Done. Every Friday at ten I send you the news of the week, if there is any.")
    return _(
        "Done. From now on I send you the news when there is some. You get at most three "
        "messages a week, and none at night."
    )


def _always() -> str:
    return _("You can change this at any time. Stopping is one press of a button.")


def _afterwards() -> list[list[Button]]:
    change = Button(_("Change what I get"), entry("follow"))
    stop = Button(_("Stop the news"), entry("unfollow_all"))
    return [[change, stop], [Button(_("See the news"), entry("news"))]]


# The questions.


def _topics(talk: Talk, tx: Tx, person: Person) -> tuple[str, ...]:
    """The topics to follow; none is all of them."""
    matter = [key for key in themes() if key in people.themes_of(tx, person.id)]
    options = {"all": _("Everything"), "some": _("I choose topics")}
    question = _("What do you want to get news about?")
    if matter:
        options = {"mine": _("What matters to me"), **options}
        question = _("What do you want to get news about? This matters to you: {themes}.").format(
            themes=listed(themes()[key] for key in matter)
        )
    match talk.choose("about", question, options):
        case "mine":
            return tuple(matter)
        case "some":
            chosen = talk.choose_many("topics", _("Which topics?"), themes())
            return tuple(chosen) if len(chosen) < len(themes()) else ()
        case _:
            return ()


def _places(talk: Talk, person: Person) -> tuple[str, ...]:
    """The places to follow; none is one's own municipality."""
    options = {"some": _("I choose municipalities"), "all": _("From the whole country")}
    if person.municipality is not None:
        own = _("From {place}").format(place=name_of(person.municipality))
        options = {"own": own, **options}
    question = _("Where do you want news from? You always get news for the whole country.")
    match talk.choose("where", question, options):
        case "own":
            return ()
        case "some":
            return _municipalities(talk)
        case _:
            return (EVERYWHERE,)


def _municipalities(talk: Talk) -> tuple[str, ...]:
    codes: list[str] = []
    for turn in range(1, MOST_PLACES + 1):
        question = _("Which municipality? For example: Utrecht.")
        codes.append(talk.ask(f"place.{turn}", question, answers.place()).code)
        more = _("{places}. Do you want another municipality too?").format(
            places=followed.places(codes, None, everywhere=False)
        )
        if turn == MOST_PLACES or not talk.confirm(
            f"more.{turn}", more, yes=_("Another one"), no=_("That is all")
        ):
            break
    return tuple(dict.fromkeys(codes))


def _is_weekly(talk: Talk) -> bool:
    options = {
        "single": _("Each message when it comes"),
        "weekly": _("Once a week, on Friday"),
    }
    return talk.choose("how", _("How do you want to get it?"), options) == "weekly"


# What it comes to, in words.


def _lines(person: Person, follows: Follows, *, weekly: bool) -> dict[str, tuple[str, str]]:
    """What somebody gets, by the key of the question that asks for it."""
    everywhere = EVERYWHERE in follows.places
    where = followed.places(follows.places, person.municipality, everywhere=everywhere)
    how = _("once a week, on Friday") if weekly else _("each message when it comes")
    return {
        "about": (_("About"), followed.topics(follows.topics)),
        "where": (_("From"), where),
        "how": (_("How"), how),
    }


def _card(tx: Tx, person: Person) -> str:
    weekly = digests.is_chosen(tx, person.id)
    lines = _lines(person, news.followed(tx, person.id), weekly=weekly)
    return "\n".join(
        _("{label}: {answer}").format(label=label, answer=isolate(answer, 300))
        for label, answer in lines.values()
    )


# Changing it.


def _change(talk: Talk, tx: Tx, person: Person, what: str) -> Then | None:
    what = what if what in CHANGES else _what(talk, tx, person)
    came = False
    match what:
        case "topics":
            news.follow(tx, person.id, TOPIC, _topics(talk, tx, person))
        case "places":
            news.follow(tx, person.id, PLACE, _places(talk, person))
        case "stop":
            return talk.then("unfollow_all")
        case _:
            came = digests.choose(tx, person, talk.now, weekly=what == "weekly")
    text = _("Done. This is what you get now:\n\n{card}").format(card=_card(tx, person))
    waited = _("What was waiting for Friday is on its way.") if came else ""
    talk.say("\n\n".join(filter(None, [text, waited])), *_afterwards())
    return None


def _what(talk: Talk, tx: Tx, person: Person) -> str:
    how = ("single", _("Each message when it comes"))
    if not digests.is_chosen(tx, person.id):
        how = ("weekly", _("Once a week, on Friday"))
    question = _("This is the news you get:\n\n{card}\n\nWhat do you want to change?")
    return talk.choose(
        "what",
        question.format(card=_card(tx, person)),
        {
            "topics": _("About what"),
            "places": _("From where"),
            how[0]: how[1],
            "stop": _("Stop the news"),
        },
    )


@flow("unfollow_all")
def unfollow_all(talk: Talk, tx: Tx) -> None:
    """No news any more, at once; what was followed is forgotten."""
    news.unfollow_all(tx, talk.person.id)
    people.change(tx, talk.person.id, digest=False)
    if people.agrees(tx, talk.person.id, Purpose.NEWS):
        version = PERMISSIONS["news"].version
        consent = Consent("news", False, version, talk.person.language, "news", talk.now)
        people.record_consent(tx, talk.person.id, consent)
    talk.say(
        _(
            "Good. I send you no more news and no invitations. What you sign up for goes on as "
            "always. The news can be read here at any time."
        ),
        [_keep_informed()],
        [Button(_("See the news"), entry("news"))],
    )


def _keep_informed() -> Button:
    return Button(_("Do keep me informed"), entry("follow"))


# Who follows what, for coordinators.


@flow("followers", role="coordinator")
def followers(talk: Talk, tx: Tx) -> None:
    """How many people get news, and about what and from where; small numbers stay hidden."""
    counted = count(tx, Audience(), Purpose.NEWS)
    found = news.followers(tx)
    get = n_("{n} person gets news.", "{n} people get news.", counted.get)
    if not counted.exact:
        get = n_("About {n} person gets news.", "About {n} people get news.", counted.get)
    topics = {label: found.counts.get((TOPIC, key), 0) for key, label in themes().items()}
    places = {
        _("The whole country") if value == EVERYWHERE else name_of(value): n
        for (kind, value), n in found.counts.items()
        if kind == PLACE
    }
    parts = [
        get.format(n=number(counted.get)),
        _("Chosen topics:\n{lines}").format(lines=_counts(topics)),
        _("Chosen places:\n{lines}").format(lines=_counts(places)),
        _("People who chose no topic get news about everything."),
        "" if found.exact else _("These are the newest choices only. There are more."),
    ]
    talk.say("\n\n".join(filter(None, parts)), [Button(_("See the news"), entry("news"))])


def _counts(counts: dict[str, int]) -> str:
    """The most chosen first."""
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_SHOWN]
    lines = [
        _("{label}: {answer}").format(
            label=label,
            answer=number(n) if n >= FEWEST else _("fewer than {n}").format(n=FEWEST),
        )
        for label, n in most
        if n
    ]
    return "\n".join(lines) or _("none yet")

"""News: what coordinators sent, to be read by anybody, and the way to be kept informed.

Nobody has to join for this. How people choose what they get is in `handlers.following`.
"""

from __future__ import annotations

from typing import Final

from bot.dialogue.announcing.headlines import headline, numbered
from bot.dialogue.announcing.letter import letter
from bot.dialogue.flow import entry, flow
from bot.dialogue.introduction import introduction
from bot.dialogue.language import N_, _, day
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from storage import news as items
from storage import people, said, settings
from storage.news import Item
from storage.people import Purpose, Role, State
from storage.transaction import Tx

PAGE: Final = 5


@flow(
    "news",
    command=N_("/news"),
    about=N_("read the news, or be kept informed"),
    words=N_("news"),
    link="news",
)
def news(talk: Talk, tx: Tx, skip: int = 0) -> None:
    """The latest items, some at a time, and the way to get them without asking."""
    platform = settings.platform(tx)
    if not (talk.person.state == State.MEMBER or said.recent(tx, talk.person.chat, 4)):
        talk.say(introduction(platform.name, platform.about))
    found = items.latest(tx, PAGE + 1, skip)
    shown = list(enumerate(found[:PAGE], skip + 1))
    rows = [[Button(numbered(n, one.content), entry("news_item", one.id))] for n, one in shown]
    if len(found) > PAGE:
        rows.append([Button(_("Older news"), entry("news", skip + PAGE))])
    text = "\n\n".join([_listed(talk, shown, skip), _offer(talk, tx)])
    talk.say(text, *rows, *_ways(talk, tx), [Button(_("Go to the menu"), entry("home"))])


def _listed(talk: Talk, shown: list[tuple[int, Item]], skip: int) -> str:
    if not shown:
        return _("There is no older news.") if skip else _("There is no news here yet.")
    lines = [
        _("{number}. {title} ({day})").format(
            number=number,
            title=headline(one.content),
            day=day(one.begun.astimezone(talk.zone).date()),
        )
        for number, one in shown
    ]
    heading = _("Older news:") if skip else _("The latest news:")
    return "\n".join([heading, *lines])


def _offer(talk: Talk, tx: Tx) -> str:
    if people.agrees(tx, talk.person.id, Purpose.NEWS):
        return _("You are kept informed: I send you the news.")
    return _("Shall I keep you informed? Then I send you the news. You need not be a member.")


def _ways(talk: Talk, tx: Tx) -> list[list[Button]]:
    """To be kept informed, or to change that; for coordinators who is."""
    if people.agrees(tx, talk.person.id, Purpose.NEWS):
        change = Button(_("Change what I get"), entry("follow"))
        rows = [[change, Button(_("Stop the news"), entry("unfollow_all"))]]
    else:
        rows = [[Button(_("Keep me informed"), entry("follow"))]]
    if talk.person.role in (Role.COORDINATOR, Role.ADMIN):
        rows.append([Button(_("Who follows what"), entry("followers"))])
    return rows


@flow("news_item")
def news_item(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """One item as it was sent, with its picture and its buttons, in the reader's language."""
    item = items.find(tx, announcement_id)
    if item is None or not _may_read(talk, tx, item):
        return talk.say(
            _("I do not have that message any more. It was taken back, or it was not for you."),
            [Button(_("See the news"), entry("news"))],
        )
    writer = people.find(tx, item.made_by) if item.made_by is not None else None
    sent = letter(
        item.content,
        talk.person.language,
        announcement=item.id,
        purpose=item.purpose,
        sender=(writer.name or "") if writer is not None else "",
        platform=settings.platform(tx).name,
    )
    last = [Button(_("See the news"), entry("news"))]
    if not people.agrees(tx, talk.person.id, Purpose.NEWS):
        last.append(Button(_("Keep me informed"), entry("follow")))
    own = sent.rows[:-1]
    return talk.say(sent.text, *own, last, attachment=sent.attachment, about=sent.about)


def _may_read(talk: Talk, tx: Tx, item: Item) -> bool:
    return item.is_public or items.was_sent(tx, item.id, talk.person.id)

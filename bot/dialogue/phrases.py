"""The kernel's own sentences: old button, resume, wrong answer, apology."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.dialogue.choices import plain
from bot.dialogue.language import N_, _, catalogue, isolate, languages, n_
from bot.dialogue.messages import Kind, Origin, Wanted

NOWHERE = Origin(key="", chat="")
"""The origin of what the kernel says to itself."""

GLOBAL_COMMANDS = {"stop": N_("/stop"), "back": N_("/back"), "skip": N_("/skip")}

GLOBAL_WORDS = {
    "stop": N_("stop, quit, cancel"),
    "back": N_("back, previous"),
    "skip": N_("skip, pass"),
    "later": N_("ask me tomorrow, tomorrow please"),
}
"""Typed words that work everywhere, as whole phrases, in every language."""

YES = N_("yes, yep, ok, sure")
NO = N_("no, nope, rather not")
NOBODY = N_("nobody, no one, none, nothing")


@cache
def _in_every_language(source: str) -> frozenset[str]:
    said = [catalogue(code).gettext(source) for code in languages()]
    return frozenset(plain(word) for text in [source, *said] for word in text.split(","))


def said_yes(text: str) -> bool | None:
    """Whether `text` is a bare yes (True) or no (False), in any language; None if neither."""
    said = plain(text)
    if said in _in_every_language(YES):
        return True
    return False if said in _in_every_language(NO) else None


def said_nobody(text: str) -> bool:
    """Whether `text` is a bare no, or a word for nobody, in any language."""
    return said_yes(text) is False or plain(text) in _in_every_language(NOBODY)


def said_stop(text: str) -> bool:
    """Whether `text` is the word that stops, in any language."""
    return plain(text) in _in_every_language(GLOBAL_WORDS["stop"])


def back() -> str:
    return _("Back")


def skip() -> str:
    return _("Skip")


def stop() -> str:
    return _("Stop")


def later() -> str:
    return _("Ask me tomorrow")


def done(chosen: int) -> str:
    if not chosen:
        return _("Done")
    return n_("Done ({n} chosen)", "Done ({n} chosen)", chosen).format(n=chosen)


def share(wanted: Wanted) -> str:
    match wanted:
        case Wanted.CONTACT:
            return _("Share my phone number")
        case Wanted.LOCATION:
            return _("Share my location")


def did_you_mean(labels: Sequence[str]) -> str:
    if len(labels) == 1:
        return _("Do you mean {name}?").format(name=labels[0])
    return _("Which one do you mean?")


def type_again() -> str:
    return _("All right. Please type it again.")


def choice_gone() -> str:
    return _("That choice is not there any more. Please choose again.")


def choose_one() -> str:
    return _("I do not see that among the choices. Press a button, or type its words or number.")


def choose_some() -> str:
    return _("I do not see that among the choices. Press the buttons, or type numbers: 1, 3.")


def choose_at_least_one() -> str:
    return _("You have not chosen anything yet. Choose at least one.")


def choose_at_most(most: int) -> str:
    return n_("Choose at most {n}.", "Choose at most {n}.", most).format(n=most)


def choose_instead(kind: Kind) -> str:
    match kind:
        case Kind.STICKER:
            return _("That is a sticker. Press one of the buttons, or type its words.")
        case Kind.VOICE:
            return _("I cannot listen to voice messages. Press a button, or type its words.")
        case _:
            return _("I cannot read that here. Press one of the buttons, or type its words.")


def answered(question: str, answer: str) -> str:
    return _("{question}\n\nYour answer: {answer}").format(question=question, answer=answer)


def skipped(question: str) -> str:
    return _("{question}\n\nSkipped.").format(question=question)


def for_example(wrong: str, example: str) -> str:
    return _("{wrong}\nFor example: {example}").format(wrong=wrong, example=example)


def asked_again(wrong: str, question: str) -> str:
    return _("{wrong}\n\n{question}").format(wrong=wrong, question=question)


def way_out(wrong: str) -> str:
    return _("{wrong}\nWe do not seem to get there together. You can stop or ask a human.").format(
        wrong=wrong
    )


def way_out_skip(wrong: str) -> str:
    return _("{wrong}\nWe do not seem to get there together. You can skip this.").format(
        wrong=wrong
    )


def ask_a_human() -> str:
    return _("Ask a human")


def needed() -> str:
    return _("I need this one to go on. You can stop if you would rather not say.")


def first_question() -> str:
    return _("This is the first question. There is nothing before it.")


def stopped(title: str) -> str:
    return _("Stopped: {title}. Your answers do not count.").format(title=title)


def stopped_but_kept(title: str) -> str:
    return _("Stopped: {title}. The answers you gave so far are kept.").format(title=title)


def nothing_to_stop() -> str:
    return _("There is nothing to stop. We are not in the middle of anything.")


def fewer_messages() -> str:
    return _("I want fewer messages")


def no_open_question() -> str:
    return _("There is no open question now.")


def put_off() -> str:
    return _("Fine. I will ask again tomorrow. Your answers so far are kept.")


def cannot_put_off() -> str:
    return _("This one is short. You can stop and start it again whenever you like.")


def resume(title: str) -> str:
    return _("We were at: {title}. Shall we go on?").format(title=title)


def go_on() -> str:
    return _("Go on")


def start_over() -> str:
    return _("Start over")


def use_as_answer(said: str) -> str:
    return _("Use “{said}” as my answer").format(said=isolate(said, 20))


def still_open(title: str) -> str:
    return _("We were still at: {title}. Shall we go on with that?").format(title=title)


def old_button() -> str:
    return _("That button is from an earlier talk. It does nothing any more. Nothing has changed.")


def gone_on() -> str:
    return _("We are at another question already. Nothing has changed.")


def already_answered() -> str:
    return _("You have answered that one already. Nothing has changed.")


def change_this() -> str:
    return _("Change that answer")


def edit_changes_nothing() -> str:
    return _("You changed a message. I keep what you said first. Do you want to change it?")


def change_last() -> str:
    return _("Change my last answer")


def not_understood() -> str:
    return _("I do not understand that. This is what you can do now:")


def apology() -> str:
    return _("Sorry, something went wrong on our side. Please try it again, or ask a human: /ask")


def slow_down() -> str:
    return _("That goes very fast. I will be quiet for ten minutes and then listen again.")


def no_citizen_number() -> str:
    return _(
        "I see a citizen service number (BSN) in that. I do not want it and I have not kept it. "
        "Please type it again without that number."
    )


def unknown_command() -> str:
    return _("I do not know that command. We were at this question:")


def not_allowed(role: str) -> str:
    if role == "admin":
        return _("This is for admins only.")
    return _("This is for coordinators. Ask an admin if you should have it: /ask")


def expired() -> str:
    return _("That was too long ago: I have not kept our half-finished talk. We can start again.")


def expired_but_kept() -> str:
    return _("That was too long ago. Your answers so far are kept, so we can go on with them.")


def put_aside() -> str:
    return _("All right.")


def in_group(link: str) -> str:
    return _("I do not talk about personal things in a group. Write to me here: {link}").format(
        link=link
    )

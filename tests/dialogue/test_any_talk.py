"""Whatever a person does, in any order: no failure, and the answers are those of a simple model."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.dialogue import answers
from bot.dialogue.messages import Kind
from storage import conversations, tables
from tests.dialogue.small import going, help_, home
from tests.phone import World

OPTIONS = {"kind": {"a": "Apples", "b": "Pears"}, "many": {"x": "Red", "y": "Green", "z": "Blue"}}
DONE: list[dict[str, object]] = []


def path(given):
    """The questions in order, as far as these answers lead."""
    keys = ["kind"]
    if given.get("kind") == "a":
        keys += ["count", "many"]
    if given.get("kind") == "b":
        keys += ["note"]
    return [*keys, "last"]


def branching(talk, tx):
    given = {"kind": talk.choose("kind", "Which kind?", OPTIONS["kind"])}
    if given["kind"] == "a":
        given["count"] = talk.ask("count", "How many?", answers.number(1, 9))
        given["many"] = talk.choose_many("many", "Which colours?", OPTIONS["many"])
    else:
        given["note"] = talk.ask("note", "A note?", answers.text(), optional=True)
    given["last"] = talk.confirm("last", "Is that all?")
    if not given["last"]:
        talk.change("kind", "last")
    talk.choose("keep", "Keep this?", {"keep": "Keep it"})
    DONE.append(given)
    talk.say("Kept.")


QUESTIONS = {
    "kind": "Which kind?",
    "count": "How many?",
    "many": "Which colours?",
    "note": "A note?",
    "last": "Is that all?",
    "keep": "Keep this?",
}


class Talking(RuleBasedStateMachine):
    """A person with a phone, and what the bot should know of them by now."""

    def __init__(self):
        super().__init__()
        DONE.clear()
        self.world = World([home, help_, going(branching)])
        self.phone = self.world.phone()
        self.given = {}
        self.waiting = None
        self.was = None
        self.ticked = []
        self.kept = []

    # The model.

    def go_on(self, key, value):
        self.given[key] = value
        self.was = None
        self.next()

    def next(self):
        self.ticked = []
        missing = [key for key in path(self.given) if key not in self.given]
        self.waiting = missing[0] if missing else "keep"

    def open_again(self, key):
        self.was = self.given.pop(key)
        self.waiting = key

    # What a person does.

    @precondition(lambda self: self.waiting is None)
    @rule()
    def starts(self):
        self.phone.types("/go")
        self.given, self.was = {}, None
        self.next()

    @precondition(lambda self: self.waiting is not None)
    @rule()
    def starts_again(self):
        self.phone.types("/go")

    @precondition(lambda self: self.waiting == "kind")
    @rule(option=st.sampled_from("ab"), how=st.sampled_from(["press", "type", "number"]))
    def chooses(self, option, how):
        label = OPTIONS["kind"][option]
        if how == "press":
            self.phone.presses(label)
        else:
            self.phone.types(label.lower() if how == "type" else str("ab".index(option) + 1))
        self.go_on("kind", option)

    @precondition(lambda self: self.waiting == "count")
    @rule(number=st.integers(1, 9))
    def counts(self, number):
        self.phone.types(f" {number} ")
        self.go_on("count", number)

    @precondition(lambda self: self.waiting == "many")
    @rule(option=st.sampled_from("xyz"))
    def ticks(self, option):
        label = OPTIONS["many"][option]
        mark = "☑ " if option in self.ticked else "☐ "
        self.phone.presses(mark + label)
        self.ticked = sorted({*self.ticked} ^ {option})

    @precondition(lambda self: self.waiting == "many")
    @rule()
    def is_done_with_ticking(self):
        self.phone.presses("Done")
        if self.ticked:
            self.go_on("many", self.ticked)

    @precondition(lambda self: self.waiting == "many")
    @rule(options=st.sets(st.sampled_from("xyz"), min_size=1))
    def types_a_list(self, options):
        self.phone.types(", ".join(OPTIONS["many"][option] for option in options))
        self.go_on("many", sorted({*options, *self.ticked}))

    @precondition(lambda self: self.waiting == "note")
    @rule(
        text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).map("n{}".format)
    )
    def notes(self, text):
        self.phone.types(text)
        self.go_on("note", text.strip())

    @precondition(lambda self: self.waiting == "note")
    @rule(how=st.sampled_from(["presses", "types"]))
    def skips(self, how):
        getattr(self.phone, how)("Skip")
        self.go_on("note", None)

    @precondition(lambda self: self.waiting == "last")
    @rule(word=st.sampled_from(["Yes", "no", "2", "ok"]))
    def confirms(self, word):
        self.phone.types(word)
        if word in ("Yes", "ok"):
            self.go_on("last", True)
        else:
            self.open_again("kind")

    @precondition(lambda self: self.waiting == "keep")
    @rule()
    def keeps(self):
        self.phone.presses("Keep it")
        self.kept.append({key: self.given[key] for key in path(self.given)})
        self.waiting = None

    @precondition(lambda self: self.waiting is not None)
    @rule(how=st.sampled_from(["presses", "types"]))
    def goes_back(self, how):
        before = [key for key in path(self.given) if key in self.given]
        if self.waiting in path(self.given):
            before = before[: path(self.given).index(self.waiting)]
        if how == "presses" and not before and self.was is None:
            return
        getattr(self.phone, how)("Back")
        if self.was is not None:
            self.given[self.waiting], self.was = self.was, None
            self.next()
        elif before:
            del self.given[before[-1]]
            self.waiting, self.ticked = before[-1], []

    @precondition(lambda self: self.waiting is not None)
    @rule(how=st.sampled_from(["presses", "types"]))
    def stops(self, how):
        getattr(self.phone, how)("Stop")
        self.waiting = None

    @rule(word=st.sampled_from(["/help", "menu", "/start", "/what", "help"]))
    def asks_for_help(self, word):
        self.phone.types(word)

    @precondition(lambda self: self.waiting not in (None, "note", "many", "kind", "last", "keep"))
    @rule(text=st.sampled_from(["rubbish", "0", "1.5"]))
    def types_rubbish(self, text):
        self.phone.types(text)

    @rule(kind=st.sampled_from(Kind), album=st.sampled_from(["", "7"]))
    def shares(self, kind, album):
        self.phone.shares(kind, album=album, file="f", phone="1", latitude=1.0, longitude=1.0)

    @rule()
    def edits(self):
        self.phone.edits("something else")

    @rule(
        data=st.sampled_from(
            ["a:1:kind:a", "k:stop:1", "k:fly:1", "f:nowhere", "f:help", "a:::", "k::", "\u202e"]
        )
    )
    def presses_what_is_not_there(self, data):
        self.phone.sends(data)

    @rule(which=st.integers(0, 30))
    def presses_an_old_option(self, which):
        """Any option of a question that is not open now; it may only be told so."""
        old = [
            button.data
            for row in self.world.run(said)
            for buttons in (row.content or {}).get("rows", ())
            for button in map(_Data, buttons)
            if button.data.startswith("a:") and f":{self.waiting}:" not in button.data
        ]
        if old:
            self.phone.sends(old[which % len(old)])

    @rule()
    def the_bot_is_started_again(self):
        self.world.release(home, help_, going(branching))

    @rule(hours=st.sampled_from([0.5, 2]))
    def time_passes(self, hours):
        self.world.pass_time(hours=hours)
        if self.waiting is not None:
            self.phone.types("/help")  # within three hours, so that no text is held

    # What always holds.

    @invariant()
    def the_open_question_is_the_one_that_is_next(self):
        found = self.world.run(conversations.who_and_where, self.phone.chat)
        talk = found[1] if found else None
        assert (talk.waiting if talk else None) == self.waiting
        if talk is not None:
            stored = {key: value for key, value in talk.answers if key in path(self.given)}
            expected = {k: _encoded(k, self.given[k]) for k in path(self.given) if k in self.given}
            assert stored == expected

    @invariant()
    def what_is_kept_is_what_was_answered(self):
        assert self.kept == DONE


class _Data:
    def __init__(self, button):
        _label, self.data, _url = button


def said(tx):
    return tx.execute(tables.outbox.select().where(tables.outbox.c.edits.is_(None))).all()


def _encoded(key, value):
    if key == "note" and value is None:
        return {"skipped": True}
    if key == "last":
        return "yes" if value else "no"
    return value


TestTalking = Talking.TestCase
TestTalking.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)

"""year_model: the ladder of a case, written anew from todoke-remind(8), for the
suite "year" to compare with.  Nothing here is taken from the desk's sources
but the holiday file, which it reads itself."""
import datetime as dt

HOURS = ((9 * 60 + 30, 12 * 60 + 30), (13 * 60 + 30, 18 * 60 + 30))
LADDER = ((5, "mail"), (9, "mail"), (14, "phone"), (30, "letter"))
ANSWER = 5
FOLLOW_UP = (30, 60, 90)
MARKS = (90, 300, 1000)
DAY = dt.timedelta(1)


class Calendar:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            self.holidays = {l[:10] for l in f if l[:1].isdigit()}

    def business(self, d):
        return d.weekday() < 5 and d.isoformat() not in self.holidays and \
            (1, 3) < (d.month, d.day) < (12, 29)

    def after(self, d, n):
        """The Nth business day after D; for 0, the first on or after it."""
        while n == 0 and not self.business(d):
            d += DAY
        while n > 0:
            d += DAY
            n -= self.business(d)
        return d

    def office(self, t):
        minute = t.hour * 60 + t.minute
        return self.business(t.date()) and \
            any(a <= minute < b for a, b in HOURS)


class Case:
    """ADDRESSES: (rank, address), in the order of the file; the first to be
    asked is the best.  NOTIFIED: a day, for a case with the details."""

    def __init__(self, calendar, number, addresses, notified=None):
        self.calendar, self.number = calendar, number
        self.untried = sorted(addresses, key=lambda a: a[0])
        self.untried = [a for _, a in self.untried]
        self.notified, self.first = notified, None
        self.done = []        # (event, number, to or way, minute)
        self.step = 0
        self.asked = None
        self.ended = set()    # addresses
        self.refused = set()  # of them those that a person noted
        self.reminded = self.over = False
        self.ends = 0
        self.moves_on = None  # "bounce" or "refusal" of who was asked last
        self.tasked = False
        self.waits = False    # something waits for a person
        self.answers = []     # [who, day until a person has dealt with it]
        self.marks, self.asked_after = set(), set()
        self.rest = None      # nobody is reminded before this day
        self.promised = False # which a person noted: also after a bounce
        self.last = None      # day of the last rung

    # What comes from outside

    def contact(self, t):
        self.first = t.date()
        self.asked = self.untried.pop(0)

    def another(self, t, address):
        """A person asks another: no answer from before counts."""
        self.asked = address
        self.answers = []
        self.moves_on, self.tasked, self.waits = None, False, False
        self.over, self.last = False, t.date()
        self.rest = min([self.calendar.after(t.date(), LADDER[0][0])] + [
            self.calendar.after(self.first + m * DAY, 0) for m in MARKS
            if m not in self.marks and self.first + m * DAY >= t.date()])
        self.promised = False

    def arrives(self):
        """It lies there today, for a person to see; the day stands."""
        self.waits = True

    def bounces(self, address):
        self.arrives()
        self.ended.add(address)
        if address == self.asked:
            self.moves_on = "bounce"

    def replies(self, t, address):
        self.arrives()
        if address in self.refused:
            return
        self.answers.append([address, t.date()])

    def mumbles(self):
        """An automatic mail, or a reply that does not prove itself."""
        self.arrives()

    def note(self):
        self.waits = False
        if self.moves_on == "bounce":
            self.moves_on = None
        self.read()

    def read(self):
        self.answers = [[who, None] for who, _ in self.answers]

    @property
    def dealt(self):
        return self.answers != [] and all(d is None for _, d in self.answers)

    def defer(self, day):
        self.note()
        self.rest, self.promised = self.calendar.after(day, 0), True

    def refuses(self, address):
        self.waits, self.rest, self.promised = False, None, False
        self.ended.add(address)
        self.refused.add(address)
        self.answers = [a for a in self.answers if a[0] != address]
        self.read()
        if self.tasked or address == self.asked:
            self.moves_on = "refusal"
        elif self.moves_on == "bounce":
            self.moves_on = None

    def telephones(self, address):
        """The operator answered by telephone, a person says."""
        self.note()
        self.answers.append([address, None])
        self.refused.discard(address)

    # The runner

    def log(self, t, event, n, what):
        self.done.append((event, n, what, t.strftime("%Y-%m-%dT%H:%M")))

    def run(self, t):
        if not self.calendar.office(t) or self.first is None and \
                self.notified is None:
            return
        if self.rest and t.date() < self.rest and \
                (self.promised or not self.moves_on):
            return
        self.mark(t)
        if self.notified:
            self.follow_up(t)
        else:
            while self.climb(t):
                pass
            self.end(t)

    def mark(self, t):
        since = (t.date() - (self.notified or self.first)).days
        due = [m for m in MARKS if m <= since]
        if due and due[-1] not in self.marks:
            self.marks.add(due[-1])
            self.log(t, "overdue", due[-1], None)
            self.waits = True

    def unread(self, t):
        days = [day for _, day in self.answers if day]
        return days != [] and \
            t.date() < self.calendar.after(days[0], ANSWER)

    def follow_up(self, t):
        due = [n for n in FOLLOW_UP
               if self.notified + n * DAY <= t.date()]
        if due and due[-1] not in self.asked_after and not self.unread(t):
            self.asked_after.add(due[-1])
            self.log(t, "follow-up", due[-1], None)

    def climb(self, t):
        """One rung; True where the next one may be due at once."""
        if self.dealt or self.unread(t):
            return False
        due = [i for i in range(self.step, len(LADDER))
               if self.calendar.after(self.first, LADDER[i][0]) <= t.date()]
        if not due and not (self.moves_on and self.step < len(LADDER)):
            return False
        i = due[-1] if due else self.step
        self.step = i + 1
        if LADDER[i][1] == "mail":
            return self.mail(t, i + 1)
        self.log(t, "task", i + 1, LADDER[i][1])
        self.tasked, self.moves_on, self.waits = True, None, True
        self.last = t.date()
        return False

    def mail(self, t, rung):
        if self.untried:
            to = self.untried.pop(0)
        elif self.reminded or self.asked in self.ended:
            self.log(t, "skip", rung, "mail")
            return self.moves_on is not None
        else:
            to, self.reminded = self.asked, True
        self.log(t, "remind", rung, to)
        self.asked, self.tasked, self.moves_on = to, False, None
        self.last = t.date()
        return False

    def end(self, t):
        if self.waits or self.dealt or self.unread(t) or self.over or \
                self.step < len(LADDER):
            return
        day = self.calendar.after(self.last or self.first, ANSWER)
        if day <= t.date():
            self.over = self.waits = True
            self.ends += 1
            self.log(t, "ladder-end", self.ends, None)


def compare(got, want):
    """What differs, as broken promises."""
    wrong = []
    for event in sorted(set(got)):
        if got.count(event) > 1 or len([g for g in got
                                        if g[:2] == event[:2]]) > 1:
            wrong.append("twice: %s %s" % event[:2])
    at = {e[:2]: e for e in want}
    for e in got:
        w = at.get(e[:2])
        if w is None:
            wrong.append("not to be done: %s" % (e,))
        elif e[3] < w[3]:
            wrong.append("early: %s, the model has %s" % (e, w))
        elif e[3] > w[3]:
            wrong.append("late: %s, the model has %s" % (e, w))
        elif e != w:
            wrong.append("another: %s, the model has %s" % (e, w))
    done = {e[:2] for e in got}
    wrong += ["missed: %s" % (e,) for e in want if e[:2] not in done]
    return wrong

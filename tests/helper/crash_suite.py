"""crash_suite: the runs of crash: one fault, or a fault and a kill of whoever
recovers, then recovery, then the judge."""
import concurrent.futures
import copy
import datetime
import os
import queue
import re
import shutil
import time
import zlib

import crash_desk
import crash_order
import crash_trace
from crash_judge import Judge, snapshot
from crash_marks import Marks
from crash_scenarios import READERS, SCENARIOS, Preparation
from crash_trace import ALLOC, ALLOC_ON, KILL, Call, text

DESK_ZONE = datetime.timezone(datetime.timedelta(hours=9))
MANY = 400       # kills in one recovery
ALLOCATIONS = 250  # of a program that are refused, spread over all
SHOWN = 60       # violations of a scenario shown
ASIDE = re.compile(r"it lies in (failed|hold)/ and the case is due today$")
ORDERS = (("todoke-sort", "todoke-send"),
          ("todoke-send", "todoke-sort", "todoke-send"))


class Tally:
    """What became of a scenario.  MISSED: faults that did not come, with
    what they were to befall; UNSTEADY: calls that not every run makes."""

    def __init__(self, name):
        self.name, self.cases, self.injected = name, 0, 0
        self.broken, self.repeats, self.seconds = [], 0, 0.0
        self.missed, self.unsteady = [], []

    def add(self, result):
        cases, injected, repeats, broken, missed = result
        self.cases += cases
        self.injected += injected
        self.repeats += repeats
        self.broken += broken
        self.missed += missed

    def short(self):
        """More not met than chance excuses?"""
        return self.cases - self.injected > max(2, self.cases // 50)


class Fault:
    """One run: what befalls which call, and the ORDERS in which then all
    recover, each from what it left."""

    def __init__(self, sc, call, kind, orders):
        self.sc, self.call, self.kind, self.orders = sc, call, kind, orders

    def within(self, part):
        """Is it in the part (K, N), whatever else there is?"""
        name = "%s %s %d %s" % (self.sc.name, text(self.call),
                                self.call.count, self.kind)
        return zlib.crc32(name.encode()) % part[1] == part[0] - 1


def today():
    return datetime.datetime.now(DESK_ZONE).date()


class Suite:
    """The desks, and what is the same for all runs."""

    def __init__(self, top, bindir, workers, verbose):
        self.top, self.bin, self.verbose = top, bindir, verbose
        self.workers = workers
        self.key, lab = crash_desk.make_keys(top)
        self.facts = {"top": top, "lab": lab}
        self.templates = top + "/templates"
        self.day = today()
        self.befores, self.marks, self.wants = {}, {}, {}
        self.healed = set()  # spools that recovered well: no need to again
        self.desks = queue.Queue()
        for i in range(workers):
            self.desks.put(crash_desk.Desk(top, "w%d" % i, self.key, bindir))
        self.pool = concurrent.futures.ThreadPoolExecutor(workers)

    def prepare(self):
        os.mkdir(self.templates)
        self.with_desk(lambda desk: Preparation(
            desk, self.templates, self.facts).all())
        self.number = self.facts["number"]
        for sc in SCENARIOS + READERS:
            if sc.template not in self.befores:
                before = snapshot(self.template(sc))
                self.befores[sc.template] = before
                self.marks[sc.template] = Marks(before)
            sc.inputs = tuple(p.format_map(self.facts) for p in sc.inputs)
            if sc.stdin is not None:
                with open(self.stdin(sc), "w") as f:
                    f.write(sc.stdin)

    def template(self, sc):
        return "%s/%s" % (self.templates, sc.template)

    def stdin(self, sc):
        return None if sc.stdin is None else \
            "%s/%s.stdin" % (self.top, sc.name)

    def command(self, sc):
        words = [w.format_map(self.facts) for w in sc.command]
        return words + (["-t", self.time(sc, 0)] if sc.late else [])

    def time(self, sc, minutes):
        """Ten o'clock of the day on which the case is due, or now."""
        now = datetime.datetime.now(DESK_ZONE)
        if sc.late:
            day = next(p for p in self.befores[sc.template] if
                       p.endswith("/" + self.number)).split("/")[1]
            now = datetime.datetime.fromisoformat(day + "T10:00:00+09:00")
        return (now + datetime.timedelta(minutes=minutes)).isoformat(
            timespec="seconds")

    def traced(self, desk, command, sc=None):
        return crash_trace.Traced(
            desk.tools, desk.argv(command), desk.environ(command[0]),
            desk.log, desk.home, sc and self.stdin(sc),
            sc is not None and sc.plain)

    def judge(self, sc, desk):
        own = copy.copy(sc)
        own.spool = desk.spool
        own.number = None if sc.opens else self.facts[sc.case]
        j = Judge(own, self.befores[sc.template],
                  lambda: today() == self.day)
        j.want_after, j.want_end = self.wants.get(sc.name, (None, None))
        return j

    def use(self, bindir):
        """Programs of this folder from now on; no run is under way."""
        desks = [self.desks.get() for _ in range(self.workers)]
        for desk in desks:
            desk.bin = bindir
            self.desks.put(desk)

    def with_desk(self, fn, *args):
        desk = self.desks.get()
        try:
            return fn(desk, *args)
        finally:
            self.desks.put(desk)

    def restore(self, desk, sc):
        desk.restore(self.template(sc), sc.server)

    def mark(self, sc, spool, mails):
        """What recovery starts from: the spool, and the mails taken."""
        marks = self.marks[sc.template]
        return marks.spool(spool), marks.mails(map(Judge.digest, mails),
                                               spool)

    # What happens undisturbed

    def trace(self, desk, sc):
        """The calls that every run of a scenario makes, those that not every
        one does, and what a power cut could take back."""
        seen = []
        for _ in range(3):
            self.restore(desk, sc)
            seen.append(self.traced(desk, self.command(sc), sc).calls(
                sc.status))
        broken = ["%s: %s" % (sc.name, s)
                  for s in crash_order.order(seen[-1], desk.spool)]
        same, chance = crash_trace.steady(seen[0], seen[1])
        same, more = crash_trace.steady(same, seen[2])
        return same, chance + more, broken

    def learn(self, desk, sc):
        """Also the outcome, which must be right."""
        calls, chance, broken = self.trace(desk, sc)
        j = self.judge(sc, desk)
        after = j.state(snapshot(desk.spool))
        stage = snapshot(desk.spool), desk.sink.settle()
        said = self.recover(desk, sc, 0)
        once = j.state(snapshot(desk.spool))
        said += self.recover(desk, sc, 1)
        files = snapshot(desk.spool)
        self.wants[sc.name] = (after, j.state(files))
        j.want_after, j.want_end = self.wants[sc.name]
        if once != j.want_end:
            said.append("recovery goes on changing: " +
                        j.differs(j.want_end, once))
        j.at_end(files, True, [stage], desk.sink.settle(), self.gpg_home(sc))
        if (j.state(self.befores[sc.template]) == after) != sc.reads:
            said.append("it changes something" if sc.reads else
                        "it changes nothing")
        return calls, chance, broken + [
            "%s, undisturbed: %s" % (sc.name, s) for s in said + j.broken]

    def allocations(self, desk, sc):
        """Calls that are none: the allocations to refuse."""
        self.restore(desk, sc)
        n = self.traced(desk, self.command(sc), sc).allocations()
        step = max(1, n // ALLOCATIONS)
        return [Call(name, k, "", "-", "-", "-", "") for name in
                (ALLOC, ALLOC_ON) for k in range(1, n + 1, step)]

    def gpg_home(self, sc):
        return self.top + "/ito.home" if sc.seals else None

    # One fault

    def recover(self, desk, sc, order):
        """All that heal, in either order, and again, when any back-off is
        over; then all must be well."""
        if sc.server == "later":
            desk.sink.manner = "take"
        programs = [(p, "-t", self.time(sc, 90)) for p in ORDERS[order]]
        if sc.again:
            programs.insert(2 if order == 1 and sc.again != "first" else 0,
                            tuple(self.command(sc)))
        programs += programs[-2:]
        broken = []
        for command in programs + [("todoke-check", "-t",
                                    self.time(sc, 90))]:
            status, said = desk.run(*command, stdin=self.stdin(sc))
            if command[0] == sc.command[0] and status == sc.done:
                continue
            if status != 0 or said != "" and not ASIDE.search(said):
                broken.append("%s in recovery: %d %s" % (
                    command[0], status, said.strip().replace("\n", " | ")))
        return broken

    def hurt(self, desk, sc, call, kind):
        for _ in range(crash_trace.TRIES):
            self.restore(desk, sc)
            end = self.traced(desk, self.command(sc), sc).inject(call, kind)
            if end.injected:
                break
        return end

    def one(self, desk, fault):
        sc, call, repeats = fault.sc, fault.call, 0
        end = self.hurt(desk, sc, call, fault.kind)
        what = "%s of %s %d" % (fault.kind, text(call), call.count)
        if not end.injected:
            return 1, 0, 0, [], [what]
        j = self.judge(sc, desk)
        early = desk.sink.settle()
        after = snapshot(desk.spool)
        committed = j.after_run(after, end)
        if "var/HALT" in after:
            os.unlink(desk.spool + "/var/HALT")
        what += " (%s" % ("killed" if end.status is None else
                          "exit %d" % end.status)
        broken = ["%s: %s)\n\t%s" % (sc.name, what, s) for s in j.broken]
        state = (sc.name, j.may_damage, self.mark(sc, desk.spool, early))
        left = [o for o in fault.orders if (o,) + state not in self.healed]
        for order in self.each_from_here(desk, sc, left, early):
            j = self.judge(sc, desk)
            j.after_run(after, end)
            j.broken.clear()
            said = self.heal(desk, sc, order, j, committed, (after, early))
            if not said and not broken:
                self.healed.add((order,) + state)
            broken += ["%s: %s; recovery %d): %s\n\t%s" % (
                sc.name, what, order, end.err.strip(), s) for s in said]
            repeats += j.repeats
        if self.verbose:
            print("%s: %s)" % (sc.name, what), end.err.strip(), flush=True)
        return 1, 1, repeats, broken, []

    @staticmethod
    def each_from_here(desk, sc, orders, mails):
        """The ORDERS in turn, each with the desk as it is now."""
        kept = desk.home + "/left"
        if len(orders) > 1:
            shutil.rmtree(kept, ignore_errors=True)
            desk.save(kept)
        for i, order in enumerate(orders):
            if i > 0:
                desk.restore(kept, sc.server)
                desk.sink.mails[:] = mails
            yield order

    def heal(self, desk, sc, order, j, committed, stage):
        """Recovery, and what is wrong after it."""
        said = self.recover(desk, sc, order)
        j.at_end(snapshot(desk.spool), committed, [stage],
                 desk.sink.settle(), self.gpg_home(sc))
        if not sc.runner and not sc.again and not committed:
            said += self.repeat(desk, sc, j)
        return j.broken + said

    def repeat(self, desk, sc, j):
        """What was not done can be done after all."""
        self.sink_as(desk, sc)
        status, said = desk.run(*self.command(sc), stdin=self.stdin(sc))
        got = j.state(snapshot(desk.spool))
        if status == sc.status and got == j.want_after:
            return []
        return ["done again: %d %s %s" % (status, said.strip(),
                                          j.differs(got, j.want_after))]

    @staticmethod
    def sink_as(desk, sc):
        desk.sink.manner = sc.server

    # Two faults

    def twice(self, desk, fault):
        """Killed here, and then whoever recovers is killed at each of its
        calls in turn."""
        sc = fault.sc
        end = self.hurt(desk, sc, fault.call, KILL)
        if not end.injected:
            return 1, 0, 0, [], ["killed at %s %d" % (text(fault.call),
                                                      fault.call.count)]
        first = (snapshot(desk.spool), desk.sink.settle())
        kept = desk.home + "/kept"
        shutil.rmtree(kept, ignore_errors=True)
        desk.save(kept)
        pairs, repeats, broken = 0, 0, []
        for order in fault.orders:
            state = sc.name, "twice", order, self.mark(sc, kept, first[1])
            if state in self.healed:
                continue
            said = []
            for n in range(1, MANY):
                came, more, wrong = self.pair(desk, fault, order, kept, first,
                                              n)
                if not came:
                    break
                pairs, repeats, said = pairs + 1, repeats + more, said + wrong
            if not said:
                self.healed.add(state)
            broken += said
        return pairs, pairs, repeats, broken, []

    def pair(self, desk, fault, order, kept, first, n):
        """(the second fault came, repeats, violations)"""
        sc = fault.sc
        program = ORDERS[order][0]
        command = [program, "-t", self.time(sc, 10)]
        if sc.again == "first" or (sc.again and order == 0):
            command = self.command(sc)
        desk.restore(kept, sc.server)
        desk.sink.mails[:] = first[1]
        j = self.judge(sc, desk)
        committed = j.committed(first[0])
        end = self.traced(desk, command, sc).kill_nth(n)
        if not end.injected:
            return False, 0, []
        stages = [first, (snapshot(desk.spool), desk.sink.settle())]
        state = (sc.name, committed, self.mark(sc, kept, first[1]),
                 self.mark(sc, desk.spool, stages[1][1]))
        if state in self.healed:
            return True, 0, []
        said = self.recover(desk, sc, 0)
        j.may_hold = True
        j.at_end(snapshot(desk.spool), committed, stages, desk.sink.settle(),
                 None)
        head = "%s: killed at %s %d, then %s at %s %d" % (
            sc.name, text(fault.call), fault.call.count, command[0],
            text(end.call), end.call.count)
        if not j.broken + said:
            self.healed.add(state)
        return True, j.repeats, ["%s\n\t%s" % (head, s)
                                 for s in j.broken + said]

    def cut(self, desk, fault):
        """Killed here; whoever recovers relies on nothing that the dead one
        did not sync.  A program that works is as good as two: the number of
        the kill is all that is taken of FAULT."""
        sc = fault.sc
        self.restore(desk, sc)
        first = self.traced(desk, self.command(sc), sc).until(fault.call.count)
        if first is None:
            return 0, 0, 0, [], []
        programs = [(p, "-t", self.time(sc, 10))
                    for p in ORDERS[fault.orders[0]]]
        if sc.again:
            programs.insert(0, tuple(self.command(sc)))
        later = [self.traced(desk, p, sc).calls(None) for p in programs]
        return 1, 1, 0, ["%s: killed at %d, recovery %d\n\t%s" % (
            sc.name, fault.call.count, fault.orders[0], s)
            for s in crash_order.order(first, desk.spool, *later)], []

    # Many

    def run(self, runs, tally, how, first=False):
        """FIRST: one violation is enough."""
        began = time.monotonic()
        left = iter(runs)
        waiting, said = set(), 0

        def fill():
            while len(waiting) < 2 * self.workers:
                r = next(left, None)
                if r is None:
                    return
                waiting.add(self.pool.submit(self.with_desk, how, r))
        fill()
        while waiting:
            done, waiting = concurrent.futures.wait(
                waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for d in done:
                tally.add(d.result())
            if not first:
                said = show(tally, said)
            elif tally.broken:
                left = iter(())
            fill()
        tally.seconds += time.monotonic() - began


def show(tally, said=0):
    """What is broken, as it is found; returns how much was said."""
    for s in tally.broken[said:]:
        said += 1
        if said <= SHOWN:
            print(s, flush=True)
    return said

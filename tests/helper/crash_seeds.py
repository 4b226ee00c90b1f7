"""crash_seeds: bugs for crash to find, put into copies of the library."""
import os
import shutil
import subprocess

from crash_trace import ALLOC, EIO, ENOSPC, KILL

PROGRAMS = ("todoke-contact", "todoke-remind", "todoke-send", "todoke-sort")


CUT = "CUT"


class Seed:
    """EDITS: (file of bin/lib, text that is there once, what it becomes).
    KIND: the fault that shows it; None: the order of calls alone does; CUT:
    that of a killed run and of who recovers."""

    def __init__(self, name, scenario, kind, *edits):
        self.name, self.scenario, self.kind = name, scenario, kind
        self.edits = edits


WRITE = """	for (i = 0; i < ch->n; i++)
		if (write_mail(ch, &ch->mails[i], f) == -1)
			return -1;
"""
RECORD = """	if (record(m, "sent", res, NULL, f) == -1)
		return -1;
	return drop(m, f);
"""

NO_MEMORY = """	void *p = calloc(1, n > 0 ? n : 1);

	if (p == NULL)
"""

SEEDS = [
    Seed("what was not allocated is used", "contact", ALLOC,
         ("buf.c", NO_MEMORY,
          NO_MEMORY.replace("p == NULL", "n == SIZE_MAX"))),
    Seed("memory ends with success", "contact", ALLOC,
         ("buf.c", NO_MEMORY, NO_MEMORY + "\t\texit(0);\n"
          "\tif (p == NULL)\n")),
    Seed("mails written after the commit", "contact", KILL,
         ("change.c", WRITE, "\t(void)i;\n"),
         ("change.c", "\treturn after_commit(ch, f);\n",
          "\tsize_t i;\n" + WRITE + "\treturn after_commit(ch, f);\n")),
    Seed(".todo removed first", "contact", KILL,
         ("finish.c", "\tif (queue_mails(w, f) == -1)\n", """
	snprintf(a, sizeof(a), "tmp/%s.%u.todo", w->number, w->seq);
	if (io_unlink(w->d->spool, a, f) == -1 || queue_mails(w, f) == -1)
""")),
    Seed("mails not linked", "contact", KILL,
         ("finish.c", """
	if (linkat(w->d->spool, from, w->d->spool, to, 0) == 0 ||
	    errno == EEXIST)
""", "\n\tif (to[0] != '\\0')\n")),
    Seed("recorded before it is sent", "send", KILL,
         ("outbox.c", "\tif (hand_over(m, &res, f) == -1)\n",
          "\tif (keep_copy(m, f) == -1 ||\n"
          "\t    record(m, \"sent\", NULL, NULL, f) == -1 ||\n"
          "\t    hand_over(m, &res, f) == -1)\n")),
    Seed("removed before it is recorded", "send", KILL,
         ("outbox.c", RECORD, """
	if (drop(m, f) == -1)
		return -1;
	return record(m, "sent", res, NULL, f);
""")),
    Seed("a failed fsync believed", "contact", EIO,
         ("io.c", "\tif (fsync(fd) == 0)\n",
          "\tif (fsync(fd) == 0 || fd >= 0)\n")),
    Seed("a failed write believed", "contact", ENOSPC,
         ("io.c", "io_write_all(fd, p, n) == -1)\n",
          "(io_write_all(fd, p, n), false))\n")),
    Seed("nothing synced", "contact", None,
         ("io.c", "\tif (fsync(fd) == 0)\n", "\tif (fd >= 0)\n")),
    Seed("a dead run's mail not synced", "sort-stranger", CUT,
         ("intake.c", "\t\treturn spool_sync(d->spool, folder, f); "
          "/* who did may not */\n", "\t\treturn 0;\n")),
    Seed("unlinked before the link is synced", "contact-plain", None,
         ("spool.c", "\tif (spool_sync(fd, folder, &f) == 0)\n\t\treturn 0;\n"
          "\tunlinkat", "\tif (folder[0] != '\\0')\n\t\treturn 0;\n"
          "\tunlinkat")),
    Seed("a mail removed before it is filed", "sort-reply", KILL,
         ("inbox.c", "\t\treturn say_dry(d, path, g->w, report);\n",
          "\t\treturn say_dry(d, path, g->w, report);\n"
          "\tio_unlink(d->spool, path, f);\n")),
    Seed("a report removed before it is opened", "sort-report", KILL,
         ("intake.c", "\trc = intake_open(d, number, raw.p, raw.n, mail, f);\n",
          "\trc = io_unlink(d->spool, path, f);\n"
          "\trc = intake_open(d, number, raw.p, raw.n, mail, f);\n")),
    Seed("a day that cannot be looked at passed over", "remind", EIO,
         ("spoolfind.c",
          "\treturn errno == ENOENT ? 0 : fault_errno(f, \"%s\", path);\n",
          "\t(void)f;\n\treturn 0;\n")),
]


def copy_tree(tree):
    """The sources, and what is built of them, so that little is built."""
    os.mkdir(tree)
    for name in ("Makefile", "spool", "bin"):
        subprocess.run(["cp", "-a", name, tree], check=True)
    if os.environ.get("B", "") != "":
        subprocess.run(["cp", "-a", os.environ["B"] + "bin/.", tree + "/bin"],
                       check=True)


def edit(tree, seed):
    """Returns the files as they were."""
    old = {}
    for name, before, after in seed.edits:
        path = "%s/bin/lib/%s" % (tree, name)
        with open(path) as f:
            text = f.read()
        if text.count(before) != 1:
            raise RuntimeError("seed \"%s\": %s does not hold once:\n%s" % (
                seed.name, name, before))
        old.setdefault(path, text)
        with open(path, "w") as f:
            f.write(text.replace(before, after))
    return old


def make(tree):
    env = {k: v for k, v in os.environ.items()
           if k not in ("B", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    p = subprocess.run(["make", "-s", "-j2", "B=", "CFLAGS=-O1 -w"] +
                       ["bin/" + name for name in PROGRAMS], cwd=tree,
                       env=env, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT)
    if p.returncode != 0:
        raise RuntimeError("the seeded library does not build:\n" +
                           p.stdout.decode())


def build(seed, top, bindir):
    """A folder with the seeded programs, the others as they are."""
    tree, out = top + "/tree", "%s/seed.%d" % (top, SEEDS.index(seed))
    if not os.path.isdir(tree):
        copy_tree(tree)
    shutil.copytree(bindir, out, ignore=lambda d, names: [
        n for n in names if not n.startswith("todoke-") or "." in n])
    old = edit(tree, seed)
    make(tree)
    for name in PROGRAMS:
        shutil.copy2("%s/bin/%s" % (tree, name), out)
    for path, text in old.items():
        with open(path, "w") as f:
            f.write(text)
    return out

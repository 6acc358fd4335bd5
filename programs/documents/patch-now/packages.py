"""Which packages of this host have security updates that are not installed, and whether it waits for a reboot."""

import os
import re
import shutil
import subprocess

from host import Stop

MOST_SECONDS = 900


def call(arguments, fine=(0,)):
    """Runs a package manager in English; gives its exit code, what it printed, and what it complained of."""
    environment = dict(os.environ, LC_ALL="C", LANG="C", DEBIAN_FRONTEND="noninteractive")
    try:
        ran = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=MOST_SECONDS,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise Stop("%s did not end within %d seconds" % (" ".join(arguments[:2]), MOST_SECONDS))
    if ran.returncode not in fine:
        lines = ran.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
        raise Stop("%s ended with %d: %s" % (" ".join(arguments), ran.returncode, lines[-1][:300]))
    return ran.returncode, ran.stdout.decode("utf-8", "replace"), ran.stderr.decode("utf-8", "replace")


def manager():
    """The package manager that is in charge. Where dnf and yum are both there, yum is dnf under its old name."""
    for name in ("dnf", "yum", "zypper", "apt-get"):
        if shutil.which(name):
            return name
    raise Stop("this host has none of dnf, yum, zypper and apt-get")


def security_updates(name):
    """Sorted `package version` of pending security updates, by what the repositories say of their updates."""
    return sorted({"dnf": rpm, "yum": rpm, "zypper": zypper, "apt-get": apt}[name](name))


def rpm(name):
    """check-update ends with 100 if there are updates (dnf(8), yum(8)): a line each until the section on obsolete packages."""
    code, text, _ = call([name, "--quiet", "check-update", "--security"], fine=(0, 100))
    found = set()
    for line in text.splitlines() if code == 100 else ():
        if line.startswith("Obsoleting Packages"):
            break
        fields = line.split()
        if len(fields) == 3 and re.match(r"^\S+\.(noarch|i[3-6]86|x86_64|aarch64|s390x|ppc64le)$", fields[0]):
            found.add("%s %s" % (fields[0], fields[1]))
    return found


def zypper(name):
    """Patches are what SUSE calls an advisory with its packages; list-patches prints a table with columns between bars."""
    call([name, "--non-interactive", "--quiet", "refresh"])
    _, text, _ = call([name, "--non-interactive", "--quiet", "list-patches", "--category", "security"])
    rows = [[field.strip() for field in line.split("|")] for line in text.splitlines() if "|" in line]
    titles = next((row for row in rows if "Name" in row and "Status" in row), None)
    if titles is None:
        return set()
    return {
        row[titles.index("Name")] for row in rows if len(row) >= len(titles) and row[titles.index("Status")] == "needed"
    }


def apt(name):
    """A simulated upgrade says `Inst package [installed] (new origin ...)`; security updates come from an origin named so."""
    _, _, complaint = call([name, "--quiet", "--quiet", "update", "-o", "APT::Update::Error-Mode=any"])
    # Versions before 2.1 don't know the option and end well with lists that are old.
    if "Failed to fetch" in complaint:
        raise Stop("apt-get update did not reach all of its sources: %s" % complaint.strip().splitlines()[0][:300])
    _, text, _ = call([name, "--quiet", "--quiet", "--simulate", "dist-upgrade"])
    found = set()
    for line in text.splitlines():
        match = re.match(r"^Inst (\S+) (?:\[[^]]*\] )?\((\S+) ([^)]*)\)", line)
        if match and re.search(r"[Ss]ecurity|ESM", match.group(3)):
            found.add("%s %s" % (match.group(1), match.group(2)))
    return found


def reboot_pending(name, marker="/var/run/reboot-required"):
    """Whether the host says that updates wait for a reboot; None where it has no way to say."""
    if name == "apt-get":
        return os.path.exists(marker)
    if name == "zypper":
        # zypper(8): 102 is that a reboot is needed.
        return call([name, "--non-interactive", "--quiet", "needs-rebooting"], fine=(0, 102))[0] == 102
    # A program of its own (yum-utils, dnf-utils) or a plugin. Code 1 is also that of a plugin that is not there.
    own = shutil.which("needs-restarting")
    code, text, _ = call((["needs-restarting"] if own else [name, "needs-restarting"]) + ["-r"], fine=(0, 1))
    if code == 0:
        return False
    return True if "eboot is required" in text else None

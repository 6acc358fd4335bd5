"""Which folders a scan begins at: the mount points of local disks, without network and pseudo file systems."""

import os
import re

from host import Stop, parameter

# Those that keep files on a disk of the host. overlay, squashfs and tmpfs show files that are elsewhere, read-only or not on a disk.
LOCAL = {
    "bcachefs",
    "btrfs",
    "exfat",
    "ext2",
    "ext3",
    "ext4",
    "f2fs",
    "jfs",
    "ntfs",
    "ntfs3",
    "reiserfs",
    "vfat",
    "xfs",
    "zfs",
}


def mounts(text):
    """(device, root, mount point, type) of each line of /proc/self/mountinfo (proc(5)); spaces in it are octal escapes."""
    found = []
    for line in text.splitlines():
        fields = line.split(b" ")
        if b"-" not in fields[6:]:
            continue
        kind = fields[fields.index(b"-", 6) + 1].decode("ascii", "replace")
        root, point = (
            re.sub(rb"\\([0-7]{3})", lambda each: bytes([int(each.group(1), 8)]), fields[at]) for at in (3, 4)
        )
        found.append((fields[2], root, point, kind))
    return found


def local_points(found):
    """The mount points to scan: each part of each local disk once, however often it is mounted."""
    chosen = []
    for device, root, point, kind in sorted(found, key=lambda each: (len(each[1]), each[2])):
        inside = [
            other
            for known, other, _ in chosen
            if known == device and (root == other or root.startswith(other.rstrip(b"/") + b"/"))
        ]
        if kind in LOCAL and not inside:
            chosen.append((device, root, point))
    return sorted(point for _, _, point in chosen)


def read_mounts():
    with open("/proc/self/mountinfo", "rb") as file:
        return mounts(file.read())


def roots():
    """Where to begin: parameter Paths if it is set, else the local disks."""
    asked = [each for each in parameter("PATHS").split(",") if each]
    if not asked:
        found = local_points(read_mounts())
        if not found:
            raise Stop("no local disk is mounted here; name folders in parameter Paths")
        return found
    for path in asked:
        if not path.startswith("/") or not os.path.isdir(path) or os.path.islink(path):
            raise Stop(
                "parameter Paths: %s is not a folder; name folders by absolute paths, separated by commas" % path
            )
    return [os.path.normpath(os.fsencode(path)) for path in asked]


def excluded():
    """Parameter ExcludePaths as absolute paths."""
    return {
        os.path.normpath(os.fsencode(each)) for each in parameter("EXCLUDE_PATHS").split(",") if each.startswith("/")
    }

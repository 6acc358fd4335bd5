"""Walks folders and gives their regular files, opened. Follows no symbolic link and leaves no file system."""

import os
import stat


class Walk:
    """Iterate it for (path, descriptor, status) of each file; the caller closes. `stopped` is asked before each entry."""

    def __init__(self, roots, mount_points, excluded, stopped):
        self.roots = roots
        self.mount_points = mount_points
        self.excluded = excluded
        self.stopped = stopped
        self.unreadable = 0
        self.seen = set()

    def __iter__(self):
        for root in self.roots:
            device = os.lstat(root).st_dev
            waiting = [root]
            while waiting and not self.stopped():
                folder = waiting.pop()
                try:
                    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
                except FileNotFoundError:
                    continue
                except OSError:
                    self.unreadable += 1
                    continue
                for entry in entries:
                    if self.stopped():
                        return
                    if entry.path in self.excluded:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        # What is mounted below is a root of its own, or was left out on purpose.
                        if entry.path not in self.mount_points:
                            waiting.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        opened = self.open(entry.path, device)
                        if opened is not None:
                            yield (entry.path,) + opened

    def open(self, path, device):
        """Opens what is still a regular file of the same file system, and not one that was opened under another name."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            try:
                descriptor = os.open(path, flags | os.O_NOATIME)
            except PermissionError:
                # O_NOATIME is for the file's owner and for root.
                descriptor = os.open(path, flags)
        except FileNotFoundError:
            return None
        except OSError:
            self.unreadable += 1
            return None
        status = os.fstat(descriptor)
        known = status.st_nlink > 1 and (status.st_dev, status.st_ino) in self.seen
        if not stat.S_ISREG(status.st_mode) or status.st_dev != device or known:
            os.close(descriptor)
            return None
        if status.st_nlink > 1:
            self.seen.add((status.st_dev, status.st_ino))
        return descriptor, status

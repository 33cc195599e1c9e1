"""Becomes another program, in a session of its own, that is told to end when its starter ends (prctl(2), Linux).

Run as a file by `leashed()`, so that a new process pays for an interpreter and nothing else.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000


def leashed(program: Sequence[str], *, end_with: signal.Signals, user: str = "") -> list[str]:
    """The command that runs `program` so that it gets `end_with` when the calling thread's process is gone.

    `user` names whom it runs as: "" for nobody else, "mapped" for root seen as somebody ordinary (user_namespaces(7)),
    or the name of an account to change to.
    """
    return [
        sys.executable,
        "-IS",
        str(Path(__file__).resolve()),
        str(os.getpid()),
        str(int(end_with)),
        user,
        *program,
    ]


def follow_parent(end_with: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send this process `end_with` when its parent ends; elsewhere than on Linux nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(end_with), 0, 0, 0)


def ordinary_account() -> pwd.struct_passwd:
    """An account without rights. PostgreSQL refuses to run as root, and looks up the name of whom it runs as."""
    accounts = {account.pw_name: account for account in pwd.getpwall() if account.pw_uid != 0}
    for name in ("postgres", "nobody"):
        if name in accounts:
            return accounts[name]
    return min(accounts.values(), key=lambda account: account.pw_uid)


def _appear_as(account: pwd.struct_passwd) -> None:
    """Root outside, an ordinary account inside: files stay root's, and programs that refuse root agree to run."""
    group, uid = os.getegid(), os.geteuid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are refused")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{account.pw_uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{account.pw_gid} {group} 1")


def _change_to(account: pwd.struct_passwd) -> None:
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def main(arguments: Sequence[str]) -> None:
    starter, end_with, user, *program = arguments
    os.setsid()
    if user == "mapped":
        _appear_as(ordinary_account())
    elif user:
        _change_to(pwd.getpwnam(user))
    follow_parent(signal.Signals(int(end_with)))
    if os.getppid() != int(starter):
        sys.exit(0)  # the starter ended before the kernel was asked
    os.execvp(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1:])

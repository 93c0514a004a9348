"""Does a Python program try to reach another machine? Refuse it, and write down who tried.

Python imports a module of this name at start when its folder is on PYTHONPATH. It watches Python's own
sockets; it does not see sockets opened by compiled code (the test looks at those in another way).
Each line of the file named in ARLAB_GUARD_LOG is: what happened, process number, command or address.
"""

import ipaddress
import os
import sys

LOG = os.environ.get("ARLAB_GUARD_LOG")
ADDRESSED = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
NAMED = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}


def write(*words):
    with open(LOG, "a", encoding="utf-8") as log:  # noqa: PTH123 (runs at every start: few imports)
        log.write(" ".join(str(word) for word in words).replace("\n", " ") + "\n")


def is_here(host):
    """Tell whether a host name or address means this machine."""
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def watch(event, arguments):
    if event in ADDRESSED:
        address = arguments[ADDRESSED[event]]
    elif event in NAMED:
        address = arguments
    else:
        return
    if not isinstance(address, tuple):
        return  # a Unix socket's path, or nothing: not the network
    host = address[0][0] if isinstance(address[0], tuple) else address[0]
    if not is_here(host):
        write("refused", os.getpid(), event, address)
        raise PermissionError(f"the guard of the tests refuses {event} {address}")


if LOG:
    sys.addaudithook(watch)
    write("watching", os.getpid(), *sys.orig_argv)

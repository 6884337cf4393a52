"""Who listens on a port of this machine."""

import psutil


def listener(port: int) -> psutil.Process | None:
    """Return the process that listens on a TCP port, None where there is none to be seen."""
    for process in psutil.process_iter():
        try:
            connections = process.net_connections("tcp")
        except psutil.Error:  # of another user, or gone
            continue
        for each in connections:
            if each.status == psutil.CONN_LISTEN and each.laddr.port == port:
                return process
    return None

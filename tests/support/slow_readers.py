#!/usr/bin/python3
"""Many clients who take a few bytes a second, with the smallest window the kernel gives them.

  slow_readers.py HOST PORT COUNT "REQUEST HEAD" [...]     the heads in turn, each a whole request; runs until stdin closes

Prints "all connected" once each has its answer or was refused, and at the end one line of JSON: how many got which status, how many were
still open.
"""
import collections
import json
import resource
import select
import selectors
import socket
import sys
import time

host, port, count, heads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
A_BIT = 4

ready = selectors.DefaultSelector()
statuses, open_ones = collections.Counter(), {}


def connect(number: int) -> None:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    one.settimeout(10)
    try:
        one.connect((host, port))
        one.sendall(heads[number % len(heads)].encode())
    except OSError as error:
        statuses[type(error).__name__] += 1
        return
    one.setblocking(False)
    open_ones[one] = b""
    ready.register(one, selectors.EVENT_READ)


def take(one: socket.socket, most_bytes: int) -> None:
    try:
        got = one.recv(most_bytes)
    except BlockingIOError:
        return
    except OSError:
        got = b""
    if not got:
        if len(open_ones[one]) < 12:
            statuses["closed without an answer"] += 1
        ready.unregister(one)
        one.close()
        del open_ones[one]
    elif len(open_ones[one]) < 12:
        open_ones[one] += got
        if len(open_ones[one]) >= 12:
            statuses[open_ones[one][9:12].decode()] += 1


def answered() -> bool:
    return sum(statuses.values()) >= count


for number in range(count):
    connect(number)
patience = time.monotonic() + 60
while not answered() and time.monotonic() < patience:
    for key, _ in ready.select(0.2):
        if len(open_ones[key.fileobj]) < 12:
            take(key.fileobj, 12)
    if all(len(text) >= 12 for text in open_ones.values()):
        break
print("all connected", flush=True)
while not select.select([sys.stdin], [], [], 1.0)[0]:
    for one in list(open_ones):
        take(one, A_BIT)
print(json.dumps({"statuses": statuses, "open": len(open_ones)}), flush=True)

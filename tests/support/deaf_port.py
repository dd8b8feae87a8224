#!/usr/bin/python3
"""Holds a port as a host does that is switched off: nobody answers a SYN, nobody refuses it.   deaf_port.py PORT

The queue of the listening socket is full and nobody accepts: the kernel drops what comes.
"""
import socket
import sys
import time

port = int(sys.argv[1])
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen(0)
waiting = []
while True:
    one = socket.socket()
    one.settimeout(0.3)
    waiting.append(one)
    try:
        one.connect(("127.0.0.1", port))
    except TimeoutError:
        break
print("deaf", flush=True)
while True:
    time.sleep(3600)

"""Runs moto's server on a free loopback port, says which, and ends when its standard input does.

The tests hold the other end of that pipe: however they end, the server ends with them.
"""

import sys

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()

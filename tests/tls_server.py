"""Answers GetCallerIdentity over TLS with a certificate of its own making, until its standard input ends.

Takes the file to write the certificate authority to, and then, if it is to answer for others as a company's proxy does,
a folder whose files it gives and the names of the hosts; says on which loopback port it listens.
"""

import datetime
import http.server
import ipaddress
import pathlib
import ssl
import sys
import tempfile
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

REPLY = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::111122223333:user/tls</Arn><UserId>AIDA</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


def certificate(name, key, issuer, issuer_key, authority):
    now = datetime.datetime.now(datetime.timezone.utc)
    hosts = [x509.DNSName(host) for host in sys.argv[3:]]
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), *hosts])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(names, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def common_name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.reply(REPLY)

    def do_GET(self):
        file = pathlib.Path(sys.argv[2]) / (self.path.lstrip("/") or "index.json")
        self.reply(file.read_bytes())

    def reply(self, body):
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
authority = certificate(common_name("authority"), authority_key, common_name("authority"), authority_key, True)
leaf = certificate(common_name("server"), key, common_name("authority"), authority_key, False)

with open(sys.argv[1], "wb") as file:
    file.write(authority.public_bytes(serialization.Encoding.PEM))
with tempfile.NamedTemporaryFile() as file:
    file.write(leaf.public_bytes(serialization.Encoding.PEM))
    file.write(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    file.flush()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file.name)

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()

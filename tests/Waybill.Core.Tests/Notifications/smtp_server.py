"""A real mail server (aiosmtpd) for the tests. Prints READY PORT, then one line of JSON for each mail that it has taken.

--hold      says what it has, then answers DATA only when it reads a line: the moment in which a sender is killed
--refuse A  answers 550 to the recipient A
--busy A    answers 451 to the recipient A
--reply S R answers R the first time that it is at S: GREETING, MAIL, RCPT or DATA (the mail's end)
--utf8      offers SMTPUTF8
--tls C K   offers STARTTLS with this certificate and key, and wants it
--auth U P  wants AUTH with this user and password
"""
import argparse
import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

arguments = argparse.ArgumentParser()
arguments.add_argument("--port", type=int, default=0)
arguments.add_argument("--hold", action="store_true")
arguments.add_argument("--refuse")
arguments.add_argument("--busy")
arguments.add_argument("--reply", nargs=2, default=[None, None])
arguments.add_argument("--utf8", action="store_true")
arguments.add_argument("--tls", nargs=2)
arguments.add_argument("--auth", nargs=2)
options = arguments.parse_args()


def answer(stage):
    if stage == options.reply[0]:
        options.reply[0] = None
        return options.reply[1]
    return None


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        reply = answer("MAIL")
        if reply is None:
            envelope.mail_from = address
        return reply or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        reply = answer("RCPT")
        if reply is not None:
            return reply
        if address == options.refuse:
            return "550 5.1.1 nobody here"
        if address == options.busy:
            return "451 4.2.1 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        reply = answer("DATA")
        if reply is not None:
            return reply
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "content": base64.b64encode(envelope.content).decode(),
            "tls": session.ssl is not None,
            "user": session.auth_data.decode() if session.authenticated and session.auth_data else None,
        }
        print("MAIL " + json.dumps(mail), flush=True)
        if options.hold:
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    if isinstance(data, LoginPassword) and [data.login.decode(), data.password.decode()] == options.auth:
        return AuthResult(success=True, auth_data=data.login)
    return AuthResult(success=False, handled=False)


class Server(SMTP):
    async def push(self, status):
        greeting = answer("GREETING") if self.session and not self.session.host_name and status.startswith("220 ") else None
        await super().push(greeting or status)

    async def smtp_AUTH(self, arg):
        # .NET writes "AUTH login", which every mail server in use takes; aiosmtpd alone compares with case.
        mechanism, _, rest = (arg or "").partition(" ")
        await super().smtp_AUTH(f"{mechanism.upper()} {rest}".strip())


def make():
    context = None
    if options.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*options.tls)
    return Server(
        Handler(),
        enable_SMTPUTF8=options.utf8,
        tls_context=context,
        require_starttls=bool(options.tls),
        authenticator=authenticate if options.auth else None,
        auth_required=bool(options.auth),
        auth_require_tls=bool(options.tls),
    )


async def main():
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", options.port)
    print("READY", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())

"""FTP over TLS: the peers, from Debian's packages unpacked beside each other (installed, they exclude one another), and the rows."""
import ftplib
import os
import ssl
import subprocess

from servers import ROOT, Server

LOGINS = 100
LISTED = 100_000
SMALL_FILES = 2000
CIPHERS = ["--tls13-ciphers", "TLS_AES_256_GCM_SHA384", "--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"]


class FtpsServer(Server):
    """A peer with Waybill's certificate, user and password, so that the client's side of the work is the same."""

    packages = []

    def __init__(self, name, work, user, password):
        super().__init__(name, work, user)
        self.ftp_port, self.unpacked = self.port, f"{work}/{name}-packages"
        os.makedirs(self.unpacked)
        subprocess.run(["apt-get", "-q", "download", *self.packages], check=True, cwd=self.unpacked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for package in os.listdir(self.unpacked):
            subprocess.run(["dpkg", "-x", package, "."], check=True, cwd=self.unpacked)
        os.mkdir(self.files)
        self.hash = subprocess.run(["openssl", "passwd", "-6", password], check=True, capture_output=True, text=True).stdout.strip()
        self.certificate, self.key = f"{work}/data/tls/server.crt", f"{work}/data/tls/server.key"

    def remote(self, name):
        return "/" + name


class Vsftpd(FtpsServer):
    """vsftpd, whose one user comes from a file of passwords."""

    packages = ["vsftpd", "libpam-pwdfile"]
    # A system account whose home exists: vsftpd goes there before it goes to local_root.
    account = "daemon"

    def __init__(self, work, user, password):
        super().__init__("vsftpd", work, user, password)
        # PAM reads its services from there alone.
        self.service = f"/etc/pam.d/waybill-bench-{os.getpid()}"
        with open(self.service, "w") as service:
            service.write(f"auth required {self.unpacked}/lib/x86_64-linux-gnu/security/pam_pwdfile.so pwdfile={work}/vsftpd-passwords\naccount required pam_permit.so\n")
        with open(f"{work}/vsftpd-passwords", "w") as passwords:
            passwords.write(f"{user}:{self.hash}\n")
        os.mkdir(f"{work}/vsftpd-empty")
        with open(f"{work}/vsftpd.conf", "w") as config:
            config.write(f"""listen=YES
listen_address=127.0.0.1
listen_port={self.port}
background=NO
pasv_min_port=43000
pasv_max_port=43999
anonymous_enable=NO
local_enable=YES
guest_enable=YES
guest_username={self.account}
virtual_use_local_privs=YES
write_enable=YES
local_root={self.files}
chroot_local_user=YES
allow_writeable_chroot=YES
secure_chroot_dir={work}/vsftpd-empty
pam_service_name={os.path.basename(self.service)}
xferlog_enable=NO
ssl_enable=YES
force_local_data_ssl=YES
force_local_logins_ssl=YES
require_ssl_reuse=NO
ssl_ciphers=HIGH
rsa_cert_file={self.certificate}
rsa_private_key_file={self.key}
seccomp_sandbox=NO
max_per_ip=0
""")
        subprocess.run(["chown", "-R", self.account, self.files], check=True)
        self.launch([f"{self.unpacked}/usr/sbin/vsftpd", f"{work}/vsftpd.conf"])

    def stop(self):
        super().stop()
        os.remove(self.service)


class ProFtpdTls(FtpsServer):
    """ProFTPD with mod_tls."""

    packages = ["proftpd-core", "proftpd-mod-crypto"]

    def __init__(self, work, user, password):
        super().__init__("proftpd-tls", work, user, password)
        users = f"{work}/proftpd-tls-users"
        with open(users, "w") as file:
            file.write(f"{user}:{self.hash}:0:0::{self.files}:/bin/sh\n")
        os.chmod(users, 0o600)
        with open(f"{work}/proftpd-tls.conf", "w") as config:
            config.write(f"""ModulePath {self.unpacked}/usr/lib/proftpd
LoadModule mod_tls.c
ServerType standalone
UseIPv6 off
DefaultAddress 127.0.0.1
Port {self.port}
User root
Group root
RootLogin on
RequireValidShell off
UseFtpUsers off
AuthOrder mod_auth_file.c
AuthUserFile {users}
DefaultRoot ~
AllowOverwrite on
WtmpLog off
TransferLog none
ScoreboardFile {work}/proftpd-tls.scoreboard
PidFile {work}/proftpd-tls.pid
DelayEngine off
TLSEngine on
TLSRequired on
TLSProtocol TLSv1.2 TLSv1.3
TLSOptions NoSessionReuseRequired
TLSECCertificateFile {self.certificate}
TLSECCertificateKeyFile {self.key}
MaxInstances 200
""")
        os.chmod(users, 0o600)
        self.launch([f"{self.unpacked}/usr/sbin/proftpd", "-n", "-q", "-c", f"{work}/proftpd-tls.conf"])


class FtpsRows:
    """The rows of FTP over TLS, in the same run as the others: curl beside vsftpd, which the targets name, and ProFTPD."""

    def curl(self, server, *arguments):
        subprocess.run(["curl", "-q", "-sS", "--fail", "--ssl-reqd", "--cacert", f"{self.work}/data/tls/root.crt", *CIPHERS,
                        "--user", f"{server.user}:{self.password}", *arguments], check=True, stdout=subprocess.DEVNULL)

    def url(self, server, name):
        return f"ftp://127.0.0.1:{server.ftp_port}{name}"

    def ftps(self):
        self.password = subprocess.run([f"{ROOT}/waybill", "password", "generate", self.waybill.user, "--data", f"{self.work}/data"], check=True,
                                       capture_output=True, text=True).stdout.strip()
        os.chmod(self.work, 0o711)
        for kind, name in ((Vsftpd, "vsftpd"), (ProFtpdTls, "ProFTPD mod_tls")):
            peer = self.start(lambda work, kind=kind: kind(work, self.waybill.user, self.password))
            self.ftps_transfers(peer, name)
            self.ftps_logins(peer, name)
            self.ftps_small(peer, name)
            self.ftps_list(peer, name)

    def ftps_transfers(self, peer, name):
        def get(server):
            self.curl(server, "-o", "/dev/null", self.url(server, server.remote("source")))

        def put(server):
            self.curl(server, "-T", self.source, self.url(server, server.remote("target")))

        for direction, work, target in (("get", get, "0.80"), ("put", put, "0.45")):
            cpu, wall = self.turns(work, servers=(self.waybill, peer), prepare=self.remove("target"))
            self.table.paired(f"FTPS {direction} {self.size} by curl: server CPU", cpu["waybill"], cpu[peer.name], "s", target if name == "vsftpd" else "", name)
            self.table.paired(f"FTPS {direction} {self.size} by curl: wall", wall["waybill"], wall[peer.name], "s", peer=name)

    def connect(self, server):
        client = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=f"{self.work}/data/tls/root.crt"))
        client.connect("127.0.0.1", server.ftp_port, 60)
        client.login(server.user, self.password)
        return client

    def ftps_logins(self, peer, name):
        def logins(server):
            for _ in range(LOGINS):
                with self.connect(server):
                    pass

        cpu, wall = self.turns(logins, servers=(self.waybill, peer), pairs=min(self.arguments.pairs, 3))
        for unit, measured in (("server CPU", cpu), ("wall", wall)):
            self.table.paired(f"FTPS, each of {LOGINS} logins: {unit}", *([x / LOGINS * 1000 for x in measured[n]] for n in ("waybill", peer.name)), "ms", peer=name)

    # Not curl: after each EPSV that is answered fast it waits a second before it connects (7.88).
    def lftp_ftps(self, server, command):
        settings = ["ftp:ssl-force yes", "ftp:ssl-protect-data yes", "ftp:ssl-protect-list yes", "ssl:check-hostname yes", "ssl:verify-certificate yes",
                    f"ssl:ca-file {self.work}/data/tls/root.crt", "cmd:fail-exit yes"]
        subprocess.run(["lftp", "--norc", "-c", "; ".join([*(f"set {setting}" for setting in settings),
                        f"open -u {server.user},{self.password} ftp://127.0.0.1:{server.ftp_port}", command])], check=True, stdout=subprocess.DEVNULL)

    def ftps_small(self, peer, name):
        self.make_small_files()
        last = {}

        def put(server):
            last[server] = self.new_folder(server)
            self.lftp_ftps(server, f"mirror -R {self.folder} {last[server]}")

        # lftp takes 60 ms for each that it fetches, of either server.
        def get(server):
            with self.connect(server) as client:
                client.prot_p()
                for part in range(8):
                    client.cwd(f"{last[server]}/{part}")
                    for file in client.nlst():
                        client.retrbinary(f"RETR {file}", lambda _: None)

        for direction, work, client in (("put", put, "lftp mirror"), ("get", get, "Python ftplib")):
            _, wall = self.turns(work, servers=(self.waybill, peer), pairs=min(self.arguments.pairs, 3))
            self.table.paired(f"FTPS {direction} {SMALL_FILES:,} files of 1 KiB, {client}: wall", wall["waybill"], wall[peer.name], "s", peer=name)

    def ftps_list(self, peer, name):
        for server in (self.waybill, peer):
            self.make_many(server)
        cpu, wall = self.turns(lambda server: self.curl(server, self.url(server, server.remote("many") + "/")), servers=(self.waybill, peer), pairs=min(self.arguments.pairs, 5))
        self.table.paired(f"FTPS list {LISTED:,} entries: server CPU", cpu["waybill"], cpu[peer.name], "s", peer=name)
        self.table.paired(f"FTPS list {LISTED:,} entries: wall", wall["waybill"], wall[peer.name], "s", peer=name)

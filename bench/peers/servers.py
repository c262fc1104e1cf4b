"""The servers that are compared, each in a cgroup of its own that counts the CPU time of all its processes."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
V1 = "/sys/fs/cgroup/cpuacct"
V2 = "/sys/fs/cgroup"


class Cgroup:
    """The CPU time of a process and all its children, also the ended ones."""

    def __init__(self, name):
        base = V1 if os.path.isdir(V1) else V2
        self.v1 = base == V1
        self.path = os.path.join(base, f"waybill-bench-{os.getpid()}-{name}")
        os.mkdir(self.path)

    def enter(self):
        with open(os.path.join(self.path, "cgroup.procs"), "w") as procs:
            procs.write(str(os.getpid()))

    def seconds(self):
        if self.v1:
            with open(os.path.join(self.path, "cpuacct.usage")) as usage:
                return int(usage.read()) / 1e9
        with open(os.path.join(self.path, "cpu.stat")) as stat:
            return next(int(line.split()[1]) for line in stat if line.startswith("usage_usec")) / 1e6

    def pids(self):
        with open(os.path.join(self.path, "cgroup.procs")) as procs:
            return [int(line) for line in procs]

    def pss_kib(self):
        total = 0
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/smaps_rollup") as rollup:
                    total += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
            except (FileNotFoundError, ProcessLookupError, StopIteration):
                pass
        return total

    def remove(self):
        for _ in range(50):
            try:
                os.rmdir(self.path)
                return
            except OSError:
                time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server with a folder `files` that its SFTP clients see as `remote`."""

    def __init__(self, name, work, user="root"):
        self.name, self.work, self.user, self.port = name, work, user, free_port()
        self.cgroup = Cgroup(name)
        self.files = os.path.join(work, name + "-files")
        self.process = None

    def launch(self, arguments, **options):
        self.launched = arguments, options
        with open(os.path.join(self.work, self.name + ".log"), "w") as log:
            self.process = subprocess.Popen(arguments, preexec_fn=self.cgroup.enter, stdout=subprocess.DEVNULL, stderr=log, **options)
        for _ in range(12_000):
            if self.process.poll() is not None:
                sys.exit(f"bench: {self.name} ended early (exit code {self.process.returncode})")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.005)
        sys.exit(f"bench: {self.name} did not open its port")

    def restart(self):
        """Ends the server and starts it again; the seconds from its start to an open port."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)
        begun = time.monotonic()
        arguments, options = self.launched
        self.launch(arguments, **options)
        return time.monotonic() - begun

    def remote(self, name):
        return os.path.join(self.files, name)

    def options(self, port=None):
        """What every OpenSSH client is told, without the port for ssh's -p and sftp's -P."""
        return ["-F", "none", "-q", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "StrictHostKeyChecking=no",
                "-o", f"UserKnownHostsFile={self.work}/known-{self.name}", "-o", f"Port={port or self.port}", "-i", f"{self.work}/key"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for pid in self.cgroup.pids():
            os.kill(pid, signal.SIGKILL)
        self.cgroup.remove()


class Waybill(Server):
    def __init__(self, work):
        super().__init__("waybill", work, "10020")
        data = os.path.join(work, "data")
        for words in (["init"], ["account", "add", "10020", "--name", "Bench"], ["login", "add", "10020", "--account", "10020"],
                      ["key", "add", "10020", f"{work}/key.pub"]):
            subprocess.run([f"{ROOT}/waybill", *words, "--data", data], check=True, stdout=subprocess.DEVNULL)
        self.files = os.path.join(data, "vaults", "10020", "upload")
        self.ftp_port = free_port()
        limits = ["PerSource", "PerLogin", "Unauthenticated", "UnauthenticatedPerSource"]
        self.launch([f"{ROOT}/waybill", "serve", "--data", data, "--set", f"Ssh:Listen=127.0.0.1:{self.port}", "--set", "Portal:Listen=", "--set", "Ntsapi:ListenTls=",
                     "--set", f"Ftp:Listen=127.0.0.1:{self.ftp_port}"]
                    + [word for limit in limits for word in ("--set", f"Limits:{limit}=10000")])

    def remote(self, name):
        return "/upload/" + name


class OpenSsh(Server):
    """sshd with its internal SFTP server."""

    def __init__(self, work, name="openssh"):
        super().__init__(name, work)
        os.mkdir(self.files)
        os.makedirs("/run/sshd", exist_ok=True)
        with open(f"{work}/{name}.conf", "w") as config:
            config.write(f"""Port {self.port}
ListenAddress 127.0.0.1
HostKey {work}/host
AuthorizedKeysFile {work}/authorized
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
PidFile none
MaxStartups 10000
MaxSessions 1000
Subsystem sftp {self.subsystem()}
""")
        self.launch(["/usr/sbin/sshd", "-D", "-e", "-f", f"{work}/{name}.conf"])

    def subsystem(self):
        return f"internal-sftp -d {self.files}"


class ForcingOpenSsh(OpenSsh):
    """
    OpenSSH that acknowledges no upload before it would survive a power cut: the same SFTP server with a close() that forces the file, its directory and a
    record in a log. It keeps no old version and has nothing to record; it shows what the forced writes alone cost on this disk.
    """

    packages = ["gcc", "libc6-dev"]
    program = "/usr/lib/openssh/sftp-server"

    def __init__(self, work):
        super().__init__(work, "forcing")

    def subsystem(self):
        library, log = f"{self.work}/forcing.so", f"{self.work}/forcing-log"
        subprocess.run(["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, f"{HERE}/forcing.c"], check=True)
        with open(log, "wb") as target:
            target.write(bytes(16 << 20))
            os.fsync(target.fileno())
        return f"/usr/bin/env LD_PRELOAD={library} FORCING_FILES={self.files} FORCING_LOG={log} {self.program} -d {self.files}"

    @staticmethod
    def is_installed():
        return shutil.which("gcc") is not None and os.path.exists(ForcingOpenSsh.program)


class Go(Server):
    """golang.org/x/crypto/ssh with github.com/pkg/sftp, from Debian's packages."""

    packages = ["golang-go", "golang-github-pkg-sftp-dev"]

    def __init__(self, work):
        super().__init__("go", work)
        os.mkdir(self.files)
        build = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": f"{work}/gocache"}
        subprocess.run(["go", "build", "-o", f"{work}/gosftp", f"{ROOT}/bench/peers/go/main.go"], check=True, env=build)
        self.launch([f"{work}/gosftp", str(self.port), f"{work}/host", f"{work}/key.pub"])

    @staticmethod
    def is_installed():
        return shutil.which("go") is not None and os.path.isdir("/usr/share/gocode/src/github.com/pkg/sftp")


class ProFtpd(Server):
    """ProFTPD with mod_sftp, from Debian's packages."""

    packages = ["proftpd-core", "proftpd-mod-crypto"]
    modules = "/usr/lib/proftpd"

    def __init__(self, work):
        super().__init__("proftpd", work)
        os.mkdir(self.files)
        public = subprocess.run(["ssh-keygen", "-e", "-f", f"{work}/key.pub"], check=True, capture_output=True, text=True).stdout
        with open(f"{work}/proftpd-keys", "w") as keys:
            keys.write(public)
        with open(f"{work}/proftpd.conf", "w") as config:
            config.write(f"""ModulePath {self.modules}
LoadModule mod_sftp.c
ServerType standalone
UseIPv6 off
DefaultAddress 127.0.0.1
Port {self.port}
User root
Group root
RootLogin on
RequireValidShell off
UseFtpUsers off
AllowOverwrite on
WtmpLog off
TransferLog none
ScoreboardFile {work}/proftpd.scoreboard
PidFile {work}/proftpd.pid
DelayEngine off
SFTPEngine on
SFTPHostKey {work}/host
SFTPAuthMethods publickey
SFTPAuthorizedUserKeys file:{work}/proftpd-keys
MaxInstances 2000
""")
        self.launch(["/usr/sbin/proftpd", "-n", "-q", "-c", f"{work}/proftpd.conf"])

    @staticmethod
    def is_installed():
        return os.path.exists("/usr/sbin/proftpd") and os.path.exists(f"{ProFtpd.modules}/mod_sftp.so")


class Limit:
    """The limit program: the same reads, calls of the cipher and sends as a download, without a protocol. It counts its own CPU time."""

    name = "limit"

    def __init__(self, file, cipher):
        project = f"{ROOT}/bench/Waybill.Limit"
        subprocess.run(["dotnet", "build", project, "-c", "Release", "--nologo", "-v", "quiet"], check=True, stdout=sys.stderr)
        self.command = ["dotnet", f"{project}/bin/Release/net10.0/Waybill.Limit.dll", file, cipher]

    def seconds(self):
        return float(subprocess.run(self.command, check=True, capture_output=True, text=True).stdout.split()[0])

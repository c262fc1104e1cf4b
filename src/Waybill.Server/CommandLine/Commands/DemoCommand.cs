using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Feeds;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Server.Certificates;
using Waybill.Server.Configuration;
using Waybill.Server.HostKeys;
using Waybill.Server.Hosting;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>demo</c>: everything on loopback with one customer, to be tried at once.</summary>
internal static class DemoCommand
{
    private const string Customer = "10020";
    private const int Rows = 1_000;

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("demo", "Run on loopback with a demo customer and its key; prints READY and how to connect. The data goes to ./data/demo unless --data is given.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            here = parse.GetValue(CommonOptions.Data) is null ? here.Below("demo") : here;
            var configuration = OnLoopback(here.LoadConfiguration());
            if (!here.Data.IsInitialised || here.Data.IsHalfMade)
            {
                await InitCommand.InitialiseAsync(here.Data, configuration, installation => SetUpAsync(here, installation, cancellationToken));
            }
            else if (!File.Exists(KeyFile(here)))
            {
                throw new CommandException($"{here.Data.Root} holds a Waybill that is no demo; run it with serve, or give the demo another --data");
            }

            await ServeCommand.RunAsync(here, configuration, host => Explain(here, configuration, host), cancellationToken);
        });
        return [command];
    }

    private static string KeyFile(CommandContext context) => Path.Combine(context.Data.Root, "demo-key");

    private static string PasswordFile(CommandContext context) => Path.Combine(context.Data.Root, "demo-password");

    private static async Task SetUpAsync(CommandContext context, Installation installation, CancellationToken cancellationToken)
    {
        var account = CommandContext.Require(await installation.Accounts.AddAsync(new NewAccount(Customer, "Demo Telecom"), CommandContext.Operator, cancellationToken));
        CommandContext.Check(installation.Folders.Ensure(account));
        var login = CommandContext.Require(await installation.Logins.AddAsync(
            new NewLogin(LoginKind.Customer) { UserName = Customer, Account = Customer }, CommandContext.Operator, cancellationToken));
        using var key = SshPrivateKeys.GenerateEd25519();
        await WriteSecretAsync(KeyFile(context), PrivateKeyFile.WriteOpenSsh(key, "waybill demo"), cancellationToken);
        var password = CommandContext.Require(await installation.Passwords.GenerateAsync(login.UserName, CommandContext.Operator, cancellationToken)).Password;
        await WriteSecretAsync(PasswordFile(context), Encoding.ASCII.GetBytes(password + "\n"), cancellationToken);

        CommandContext.Require(await installation.Keys.AddAsync(login.UserName, new NewKey(key.PublicKey) { Label = "demo" }, CommandContext.Operator, cancellationToken));
        var yesterday = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-1);
        await using var cdr = File.Create(Path.Combine(installation.Folders.RootOf(login), "cdr", $"{Customer}-cdr-{yesterday:yyyyMMdd}.csv"));
        new UkStandardCdr((ulong)yesterday.DayNumber, Customer, yesterday).Write(cdr, Rows);
    }

    private static async Task WriteSecretAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await file.WriteAsync(content, cancellationToken);
    }

    /// <summary>On loopback only whatever the configuration says, on the configured ports where they are free.</summary>
    private static WaybillConfiguration OnLoopback(WaybillConfiguration configuration)
    {
        var ssh = Free(configuration.Ssh.Listen is [var first, ..] ? ConfigurationCheck.EndPoint("Ssh:Listen", first).Port : 0);
        var ftp = configuration.Ftp.Listen is [var control, ..] ? Free(ConfigurationCheck.EndPoint("Ftp:Listen", control).Port) : (int?)null;
        var ntsapi = configuration.Ntsapi.ListenTls is [var line, ..] ? Free(ConfigurationCheck.EndPoint("Ntsapi:ListenTls", line).Port) : (int?)null;
        var portal = configuration.Portal.Listen is [var page, ..] ? Free(ConfigurationCheck.EndPoint("Portal:Listen", page).Port) : (int?)null;
        return configuration with
        {
            Ssh = configuration.Ssh with
            {
                Listen = [$"127.0.0.1:{ssh}"],
                ListenCompat = [],
                Public = configuration.Ssh.Public.Count > 0 ? configuration.Ssh.Public : [new PublicEndpoint { Host = "127.0.0.1", Port = ssh }],
            },
            Ftp = configuration.Ftp with
            {
                Listen = ftp is null ? [] : [$"127.0.0.1:{ftp}"],
                ListenImplicitTls = [],
                ListenPlain = [],
                PassiveAddress = null,
            },
            Ntsapi = configuration.Ntsapi with
            {
                Listen = [],
                ListenTls = ntsapi is null ? [] : [$"127.0.0.1:{ntsapi}"],
            },
            Portal = configuration.Portal with
            {
                Listen = portal is null ? [] : [$"127.0.0.1:{portal}"],

                // The name that the certificate of init is made for.
                PublicUrl = portal is null ? configuration.Portal.PublicUrl : $"https://localhost:{portal}",
            },
        };
    }

    /// <summary>A port if it is free, else one of the system's choice.</summary>
    private static int Free(int wanted)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, wanted));
        }
        catch (SocketException)
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        }

        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static void Explain(CommandContext context, WaybillConfiguration configuration, WaybillHost host)
    {
        var endPoint = host.Listeners[0].Bound.IPEndPoint!;
        var knownHosts = Path.Combine(context.Data.Root, "known_hosts");
        var keys = new HostKeyStore(context.Data).Load();
        File.WriteAllLines(knownHosts, keys.Select(key => HostKeyNotation.KnownHostsLine("127.0.0.1", endPoint.Port, key.PublicKey)));
        foreach (var key in keys)
        {
            key.Dispose();
        }

        context.Output.WriteLine("READY");
        context.Output.WriteLine();
        context.Output.WriteLine("A customer connects like this (paste it into another terminal):");
        context.Output.WriteLine();
        context.Output.WriteLine($"  sftp -P {endPoint.Port} -i {ShellWord.Of(KeyFile(context))} -o IdentitiesOnly=yes -o {ShellWord.Of("UserKnownHostsFile=" + ForSsh(knownHosts))} {Customer}@127.0.0.1");
        context.Output.WriteLine();
        context.Output.WriteLine("  sftp> ls /cdr              a day of call detail records, to be fetched");
        context.Output.WriteLine("  sftp> put FILE /upload/    delivered: durable once sftp says so");
        context.Output.WriteLine();
        if (host.FtpListeners is [var (_, bound), ..] && File.Exists(PasswordFile(context)))
        {
            var password = File.ReadAllText(PasswordFile(context)).Trim();
            context.Output.WriteLine("or by FTP over TLS, with a password:");
            context.Output.WriteLine();
            context.Output.WriteLine($"  curl --ssl-reqd --cacert {ShellWord.Of(new TlsFiles(context.Data).Root)} --user {Customer}:{password} ftp://127.0.0.1:{bound.IPEndPoint!.Port}/cdr/");
            context.Output.WriteLine();
        }

        if (host.Portal.Count > 0)
        {
            context.Output.WriteLine($"The portal: {PortalSettings.BaseUrl(configuration.Portal)}/ (its certificate is signed by {new TlsFiles(context.Data).Root})");
        }

        context.Output.WriteLine($"The provider sees it with: {ShellWord.Command(context.Data, "audit search")}");
        context.Output.WriteLine("Ctrl-C ends the demo.");
    }

    // ssh splits the value of this option into words once more, with quotes of its own.
    private static string ForSsh(string path) =>
        ShellWord.IsPlain(path) ? path : $"\"{path.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}

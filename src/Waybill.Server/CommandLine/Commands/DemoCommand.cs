using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Waybill.Core.Accounts;
using Waybill.Core.Feeds;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Server.Configuration;
using Waybill.Server.HostKeys;
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

            await ServeCommand.RunAsync(here, configuration, host => Explain(here, host.Listeners[0].Bound.IPEndPoint!), cancellationToken);
        });
        return [command];
    }

    private static string KeyFile(CommandContext context) => Path.Combine(context.Data.Root, "demo-key");

    private static async Task SetUpAsync(CommandContext context, Installation installation, CancellationToken cancellationToken)
    {
        var account = CommandContext.Require(await installation.Accounts.AddAsync(new NewAccount(Customer, "Demo Telecom"), CommandContext.Operator, cancellationToken));
        CommandContext.Check(installation.Folders.Ensure(account));
        var login = CommandContext.Require(await installation.Logins.AddAsync(
            new NewLogin(LoginKind.Customer) { UserName = Customer, Account = Customer }, CommandContext.Operator, cancellationToken));
        using var key = SshPrivateKeys.GenerateEd25519();
        await using (var file = new FileStream(KeyFile(context), new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(PrivateKeyFile.WriteOpenSsh(key, "waybill demo"));
        }

        CommandContext.Require(await installation.Keys.AddAsync(login.UserName, new NewKey(key.PublicKey) { Label = "demo" }, CommandContext.Operator, cancellationToken));
        var yesterday = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-1);
        await using var cdr = File.Create(Path.Combine(installation.Folders.RootOf(login), "cdr", $"{Customer}-cdr-{yesterday:yyyyMMdd}.csv"));
        new UkStandardCdr((ulong)yesterday.DayNumber, Customer, yesterday).Write(cdr, Rows);
    }

    /// <summary>The first free of the configured port and one of the system's choice, on loopback only whatever the configuration says.</summary>
    private static WaybillConfiguration OnLoopback(WaybillConfiguration configuration)
    {
        var wanted = configuration.Ssh.Listen.Count > 0 ? ConfigurationCheck.EndPoint("Ssh:Listen", configuration.Ssh.Listen[0]).Port : 0;
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, wanted));
        }
        catch (SocketException)
        {
            wanted = 0;
        }

        return configuration with { Ssh = configuration.Ssh with { Listen = [$"127.0.0.1:{wanted}"], ListenCompat = [] } };
    }

    private static void Explain(CommandContext context, IPEndPoint endPoint)
    {
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
        context.Output.WriteLine($"The provider sees it with: {ShellWord.Command(context.Data, "audit search")}");
        context.Output.WriteLine("Ctrl-C ends the demo.");
    }

    // ssh splits the value of this option into words once more, with quotes of its own.
    private static string ForSsh(string path) =>
        ShellWord.IsPlain(path) ? path : $"\"{path.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}

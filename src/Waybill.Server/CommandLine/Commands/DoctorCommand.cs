using System.CommandLine;
using Waybill.Core.Database;
using Waybill.Server.Configuration;
using Waybill.Server.Control;
using Waybill.Server.HostKeys;
using Waybill.SshKeys.Crypto;
using Waybill.Storage.Local;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>doctor</c>: what is wrong, or would be, and what to do about it.</summary>
internal static class DoctorCommand
{
    private const long LowSpace = 1L << 30;
    private const int WantedDescriptors = 20_000;

    private enum Verdict
    {
        Ok,
        Warning,
        Failure,
    }

    private sealed record Finding(Verdict Verdict, string Check, string Message);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("doctor", "Check this installation: kernel, libraries, database, keys, configuration, room.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            here.Data.RequireInitialised();
            var findings = new List<Finding>();
            Platform(findings);
            Configuration(here, findings);
            Files(here, findings);
            HostKeys(here, findings);
            await DatabaseAsync(here, findings, cancellationToken);
            var running = await ControlClient.AskAsync(here.Data.ControlSocket, new ControlRequest(ControlCommands.Sessions), cancellationToken);
            findings.Add(new Finding(Verdict.Ok, "server", running is null ? "no server runs on this directory" : $"a server runs, {running.Sessions?.Count ?? 0} sessions"));
            here.Print(findings, output =>
            {
                foreach (var finding in findings)
                {
                    output.WriteLine($"{finding.Verdict switch { Verdict.Ok => "ok      ", Verdict.Warning => "warning ", _ => "FAILURE " }} {finding.Check}: {finding.Message}");
                }
            });
            if (findings.Count(finding => finding.Verdict == Verdict.Failure) is var failures and > 0)
            {
                throw new CommandException($"{failures} of the checks above failed; mend them before customers connect");
            }
        });
        return [command];
    }

    private static void Platform(List<Finding> findings)
    {
        findings.Add(LocalVaults.CheckKernel() is { } problem
            ? new Finding(Verdict.Failure, "kernel", problem)
            : new Finding(Verdict.Ok, "kernel", "openat2 is there: the jail holds"));
        try
        {
            CryptoLibrary.EnsureLoaded();
            findings.Add(new Finding(Verdict.Ok, "crypto", $"{CryptoLibrary.Version}; ML-KEM {(KeyAgreements.Find("mlkem768x25519-sha256") is { IsSupported: true } ? "is offered" : "is not in it, so policy pq cannot be used")}"));
        }
        catch (PlatformNotSupportedException error)
        {
            findings.Add(new Finding(Verdict.Failure, "crypto", error.Message));
        }

        var descriptors = Descriptors();
        findings.Add(descriptors < WantedDescriptors
            ? new Finding(Verdict.Warning, "open files", $"the limit is {descriptors}; {WantedDescriptors} serve 10,000 connections: raise it (ulimit -n, or LimitNOFILE in the unit)")
            : new Finding(Verdict.Ok, "open files", $"the limit is {descriptors}"));
    }

    private static void Configuration(CommandContext context, List<Finding> findings)
    {
        var configuration = context.LoadConfiguration();
        findings.Add(configuration.Ssh.Public.Count == 0
            ? new Finding(Verdict.Warning, "Ssh:Public", "not set, so customers cannot be told a host name; set it in waybill.json")
            : new Finding(Verdict.Ok, "Ssh:Public", string.Join(", ", configuration.Ssh.Public.Select(endpoint => $"{endpoint.Host}:{endpoint.Port}"))));
        if (configuration.Provider.Name is null || configuration.Provider.SupportMail is null)
        {
            findings.Add(new Finding(Verdict.Warning, "Provider", "Provider:Name and Provider:SupportMail are not set; customers are not told who to ask"));
        }

        if (!ConfigurationCheck.IsDurable(configuration.Storage.Durability))
        {
            findings.Add(new Finding(Verdict.Warning, "Storage:Durability", "Rename: what is acknowledged can be lost in a power cut; use Full"));
        }

        if (configuration.Ssh.ListenCompat.Count > 0 || ConfigurationCheck.Policy(configuration.Ssh.Policy) == Ssh.Hosting.SshPolicy.Compat)
        {
            findings.Add(new Finding(Verdict.Warning, "Ssh policy", "a listener has the compat policy: older algorithms are offered there; keep it for the customers that need it"));
        }
    }

    private static void Files(CommandContext context, List<Finding> findings)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        string[] secret = [context.Data.Database, context.Data.AuditKey, .. Directory.EnumerateFiles(context.Data.HostKeys)];
        var open = secret.Where(file => File.Exists(file) && (File.GetUnixFileMode(file) & others) != 0).ToList();
        findings.Add(open.Count > 0
            ? new Finding(Verdict.Failure, "file modes", $"others can read {string.Join(", ", open)}; run: chmod 600 on them")
            : new Finding(Verdict.Ok, "file modes", "secrets are readable by their owner alone"));
        var room = new DriveInfo(context.Data.Root).AvailableFreeSpace;
        findings.Add(room < LowSpace
            ? new Finding(Verdict.Warning, "room", $"{room >> 20} MiB are free; uploads will fail soon")
            : new Finding(Verdict.Ok, "room", $"{room >> 30} GiB are free"));
    }

    private static void HostKeys(CommandContext context, List<Finding> findings)
    {
        try
        {
            var keys = new HostKeyStore(context.Data).Load();
            findings.Add(new Finding(Verdict.Ok, "host keys", string.Join(", ", keys.Select(key => $"{key.PublicKey.KeyType} {key.PublicKey.Bits}"))));
            foreach (var key in keys)
            {
                using (key)
                {
                    if (key.PublicKey is { KeyType: "ssh-rsa", Bits: < 3072 })
                    {
                        findings.Add(new Finding(Verdict.Warning, "host keys", $"the RSA host key has {key.PublicKey.Bits} bits; auditors ask for 3072 from new servers"));
                    }
                }
            }
        }
        catch (CommandException problem)
        {
            findings.Add(new Finding(Verdict.Failure, "host keys", problem.Message));
        }
    }

    private static async Task DatabaseAsync(CommandContext context, List<Finding> findings, CancellationToken cancellationToken)
    {
        await using var installation = context.Open();
        var problems = await installation.Database.CheckAsync(cancellationToken);
        findings.Add(problems.Count > 0
            ? new Finding(Verdict.Failure, "database", $"{problems[0]}; restore it from your backup")
            : new Finding(Verdict.Ok, "database", $"whole; SQLite {WaybillDatabase.LibraryVersion}, schema {installation.Database.SchemaVersion}"));
        var verification = await installation.Audit.VerifyAsync(cancellationToken);
        findings.Add(verification.Intact
            ? new Finding(Verdict.Ok, "audit", $"{verification.Rows} rows, all whole and in order")
            : new Finding(Verdict.Failure, "audit", $"{verification.FindingCount} findings; see: ./waybill audit verify"));
    }

    private static long Descriptors()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return soft == "unlimited" ? long.MaxValue : long.Parse(soft, System.Globalization.CultureInfo.InvariantCulture);
    }
}

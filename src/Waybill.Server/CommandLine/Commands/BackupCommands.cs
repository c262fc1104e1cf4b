using System.CommandLine;
using Waybill.Core.Backup;
using Waybill.Server.HostKeys;
using Waybill.Storage.Local;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>backup</c> and <c>restore</c>.</summary>
internal static class BackupCommands
{
    private sealed record RestoredView(string Data, RestoreReport Restored, IReadOnlyList<string> HostKeys);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) => [Backup(context), Restore(context)];

    private static Command Backup(Func<ParseResult, CommandContext> context)
    {
        var file = new Argument<string>("FILE") { Description = "the archive to make; it must not be there" };
        var withFiles = new Option<bool>("--with-files") { Description = "also the customers' files; else their list with sizes and hashes" };
        var command = new Command("backup", "Back up database, audit log, keys and configuration into one file, also beside a running server.") { file, withFiles };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var archive = Path.GetFullPath(parse.GetRequiredValue(file));
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            installation.OpenVaults(configuration);
            var hostKeys = new HostKeyStore(here.Data);

            // What killed commands left of publications is settled first: a backup is not to hold sets that are neither here nor there.
            await installation.Publisher.RecoverAsync(cancellationToken);
            var report = CommandContext.Require(await installation.OpenBackups(configuration).WriteAsync(archive, parse.GetValue(withFiles), hostKeys.Lock, CommandContext.Operator, cancellationToken));
            here.Print(report, output =>
            {
                output.WriteLine($"{archive} holds everything up to {CommandContext.Time(report.Created)}{(report.WithFiles
                    ? $", with {report.Files} files, {report.Bytes} bytes"
                    : $", and the list of {report.Files} files; the files themselves are not in it (--with-files)")}");
                if (report.Hidden > 0)
                {
                    output.WriteLine($"{report.Hidden} files are held or were recalled; they are {(report.WithFiles ? "in it too" : "listed too")}");
                }

                if (report.Aside > 0)
                {
                    output.WriteLine($"{report.Aside} files that retention has put aside and that stay, most of all held ones, are {(report.WithFiles ? "in it too" : "listed too")}");
                }

                foreach (var folder in report.ArchivesNotRead)
                {
                    output.WriteLine($"the archive {folder} cannot be read: its files are not in the list; check its owner, its rights and its disk");
                }

                if (report.Archived > 0)
                {
                    output.WriteLine($"{report.Archived} files of the archive are listed; back the archive up with what you back up file systems with");
                }

                if (report.Missing > 0)
                {
                    output.WriteLine($"{report.Missing} files of the catalogue are not on the disk; run: {ShellWord.Command(here.Data, "files scan")}");
                }

                if (report.VaultsInPart > 0)
                {
                    output.WriteLine($"{report.VaultsInPart} vaults were seen in part: a directory was moved or removed meanwhile, or cannot be read. Files that are not in the catalogue may be missing; make another backup");
                }

                if (report.LeftOut > 0)
                {
                    output.WriteLine($"{report.LeftOut} are left out: names that are not UTF-8, pipes, devices");
                }

                output.WriteLine("It holds the server's private keys: keep it where nobody else can read it.");
            });
        });
        return command;
    }

    private static Command Restore(Func<ParseResult, CommandContext> context)
    {
        var file = new Argument<string>("FILE") { Description = "the archive that backup has made" };
        var command = new Command("restore", "Make a data directory out of a backup, in a new or empty directory.") { file };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            if (LocalVaults.CheckKernel() is { } unusable)
            {
                throw new CommandException(unusable);
            }

            here.Data.RequireEmptyForRestore();
            await using var backup = CommandContext.Require(await VerifiedBackup.OpenAsync(Path.GetFullPath(parse.GetRequiredValue(file)), cancellationToken));
            using var mark = here.Data.BeginRestore();
            here.Data.Create();
            using var only = here.Data.TakeLock();
            var report = CommandContext.Require(await backup.RestoreAsync(new Core.DataDirectory(here.Data.Root), CommandContext.Operator, TimeProvider.System, cancellationToken));
            here.Data.EndRestore();
            var keys = new HostKeyStore(here.Data).Read().Keys.Where(key => key.State == HostKeyState.InUse).Select(key => $"{key.Sha256} ({key.Type})").ToList();
            here.Print(new RestoredView(here.Data.Root, report, keys), output => Explain(output, here.Data, report, keys));
        });
        return command;
    }

    private static void Explain(TextWriter output, DataDirectory data, RestoreReport report, IReadOnlyList<string> keys)
    {
        output.WriteLine($"{data.Root} is as it was at {CommandContext.Time(report.Created)}; what happened later is not in it. Audit log: {report.AuditRows} rows, all whole and in order.");
        foreach (var key in keys)
        {
            output.WriteLine($"  host key {key}");
        }

        if (report.WithFiles)
        {
            output.WriteLine($"{report.Files} files, {report.Bytes} bytes{(report.NewVersions > 0 ? $"; {report.NewVersions} of them newer than their rows, catalogued as found" : "")}");
        }
        else if (report.Files > 0)
        {
            output.WriteLine($"{report.Files} files were not in the backup; {Path.Combine(data.Root, VerifiedBackup.ListOfMissing)} lists them with their hashes.");
            output.WriteLine($"Put them back into {data.Vaults} with their times before the server starts; what is not there then is marked as missing.");
        }

        output.WriteLine("Stop the old server for good before this one starts: two with the same keys would both be believed.");
        output.WriteLine($"next: {ShellWord.Command(data, "serve")}");
    }
}

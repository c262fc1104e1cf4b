using System.CommandLine;
using System.Globalization;
using Waybill.Core.Catalogue;
using Waybill.Core.Export;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>files list | show | scan | hash</c>: the catalogue, and its upkeep.</summary>
internal static class FileCommands
{
    private sealed record FileView(
        long Id, string Account, string Path, long Size, long? ExpectedSize, bool Incomplete, bool Unclean, DateTimeOffset Arrived, string? Login, string Protocol, string? Sha256,
        DateTimeOffset? FirstFetched, string? FirstFetchedBy, DateTimeOffset? Gone, string? GoneHow);

    private sealed record FileDetailsView(FileView File, IReadOnlyList<FileFetch> Fetches);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("files", "The files that there are and were, who delivered and who fetched them.") { List(context), Show(context), Scan(context), Hash(context) }];

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<string>("NUMBER") { Description = "the account's number" };
        var below = new Option<string?>("--below") { HelpName = "PATH", Description = "only this folder of the vault, as /invoices" };
        var gone = new Option<bool>("--gone") { Description = "also versions that are not there any more" };
        var csv = new Option<bool>("--csv") { Description = "as comma-separated values, safe to open in a spreadsheet" };
        var command = new Command("list", "List an account's files in the order in which they came.") { number, below, gone, csv };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var folder = parse.GetValue(below)?.TrimEnd('/');
            if (folder is { Length: > 0 } && folder[0] != '/')
            {
                throw new UsageException($"--below: a path of the vault begins with a slash, as /{folder}");
            }

            await using var installation = here.Open();
            var query = new CatalogueQuery { Below = folder is "" ? null : folder, WithGone = parse.GetValue(gone) };
            ValueTask<Core.Page<CatalogueFile>> PageAsync(string? after, int size) => ListAsync(installation, parse.GetRequiredValue(number), query with { After = after, Size = size }, cancellationToken);
            if (parse.GetValue(csv))
            {
                await WriteCsvAsync(here.Output, PageAsync);
                return;
            }

            var files = await CommandContext.AllPagesAsync(PageAsync);
            here.Print(files.Select(View).ToList(), _ => here.PrintTable(
                ["arrived", "size", "path", "from", "first fetched", "state"],
                [
                    .. from file in files
                       select new[]
                       {
                           CommandContext.Time(file.Arrived), file.Size.ToString(CultureInfo.InvariantCulture), CommandContext.Shown(file.Path), From(file),
                           file.FirstFetched is null ? "-" : $"{CommandContext.Time(file.FirstFetched)} {file.FirstFetchedBy}", State(file),
                       },
                ]));
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<string>("NUMBER") { Description = "the account's number" };
        var path = new Argument<string>("PATH") { Description = "the file in the vault, as /invoices/march.pdf" };
        var command = new Command("show", "Show a file and who fetched it.") { number, path };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var (account, wanted) = (parse.GetRequiredValue(number), parse.GetRequiredValue(path));
            await using var installation = here.Open();
            var versions = await ListAsync(installation, account, new CatalogueQuery { Below = wanted, WithGone = true, Size = Core.Page<CatalogueFile>.MaximumSize }, cancellationToken);
            var file = await installation.Catalogue.FindAsync(account, wanted, cancellationToken) ?? versions.Items.LastOrDefault(version => version.Path == wanted)
                ?? throw new CommandException($"account {account} has no file {CommandContext.Shown(wanted)}; see: {ShellWord.Command(here.Data, $"files list {ShellWord.Of(account)} --gone")}");
            var fetches = await installation.Catalogue.FetchesAsync(file.Id, cancellationToken);
            here.Print(new FileDetailsView(View(file), fetches), output =>
            {
                output.WriteLine($"path     {CommandContext.Shown(file.Path)}");
                output.WriteLine($"size     {file.Size}{(file.ExpectedSize is { } expected && expected != file.Size ? $", although {expected} were announced" : "")}");
                output.WriteLine($"arrived  {CommandContext.Time(file.Arrived)} from {From(file)}");
                output.WriteLine($"state    {State(file)}{(file.Gone is null ? "" : " " + CommandContext.Time(file.Gone))}");
                output.WriteLine($"sha256   {(file.Sha256 is { } hash ? Convert.ToHexStringLower(hash) : "-")}");
                output.WriteLine($"fetched  {(fetches.Count == 0 ? "-" : "")}");
                foreach (var fetch in fetches)
                {
                    output.WriteLine($"  {CommandContext.Time(fetch.Time)}  {fetch.Login} by {fetch.Protocol} from {fetch.Address ?? "-"}, {(fetch.Whole ? "whole" : $"{fetch.Bytes} bytes of it")}");
                }
            });
        });
        return command;
    }

    private static Command Scan(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string?>("--account") { HelpName = "NUMBER", Description = "only this account's vault" };
        var command = new Command("scan", "Compare the vaults with the catalogue now: files put in by hand, missing ones, other sizes.") { account };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            installation.OpenVaults(configuration);
            var report = CommandContext.Require(await installation.Scan.RunAsync(parse.GetValue(account), CommandContext.Operator, cancellationToken));
            here.Print(report, output =>
            {
                output.WriteLine($"{report.Files} files in {report.Vaults} vaults: {report.Found} found, {report.Changed} changed, {report.Missing} missing, {report.Returned} there again");
                Note(output, report.Unsettled, "files changed while they were looked at; the next scan sees to them");
                Note(output, report.Unnameable, "names are not UTF-8 or too long: no client can fetch them; rename them");
                Note(output, report.VaultsInPart, "vaults were seen in part: a directory was moved or removed meanwhile, or cannot be read; the next scan looks again");
                Note(output, report.VaultsNotRead, "vaults are not there or cannot be read: is their disk mounted? nothing of them was changed");
            });
        });
        return command;
    }

    private static Command Hash(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string?>("--account") { HelpName = "NUMBER", Description = "only this account's files" };
        var command = new Command("hash", "Compute the SHA-256 of files that have none yet, now and without a pause.") { account };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            installation.OpenVaults(configuration);
            var report = CommandContext.Require(await installation.Hashing.RunAsync(parse.GetValue(account), null, cancellationToken));
            here.Print(report, output =>
            {
                output.WriteLine($"{report.Files} files hashed, {report.Bytes} bytes");
                Note(output, report.LeftOut, "files were not as the catalogue says; run: waybill files scan");
            });
        });
        return command;
    }

    private static async ValueTask WriteCsvAsync(TextWriter output, Func<string?, int, ValueTask<Core.Page<CatalogueFile>>> page)
    {
        var csv = new SpreadsheetCsv(output);
        csv.Write("account", "path", "size", "expected size", "arrived", "login", "protocol", "sha256", "first fetched", "first fetched by", "gone", "gone how", "unclean");
        string? after = null;
        do
        {
            var files = await page(after, Core.Page<CatalogueFile>.MaximumSize);
            foreach (var file in files.Items)
            {
                csv.Write(
                    file.Account, file.Path, file.Size, file.ExpectedSize, file.Arrived, file.Login, file.Protocol, file.Sha256 is { } hash ? Convert.ToHexStringLower(hash) : null,
                    file.FirstFetched, file.FirstFetchedBy, file.Gone, file.GoneHow is { } how ? Lower(how) : null, file.IsUnclean ? "yes" : null);
            }

            after = files.Next;
        }
        while (after is not null);
    }

    private static async ValueTask<Core.Page<CatalogueFile>> ListAsync(Installation installation, string account, CatalogueQuery query, CancellationToken cancellationToken) =>
        CommandContext.Require(await installation.Catalogue.ListAsync(account, query, cancellationToken));

    private static void Note(TextWriter output, long count, string words)
    {
        if (count > 0)
        {
            output.WriteLine($"{count} {words}");
        }
    }

    // A customer chooses names: control characters must not reach the operator's terminal.
    private static string From(CatalogueFile file) => $"{file.Login ?? "-"} by {file.Protocol}";

    private static string State(CatalogueFile file) => file.GoneHow is { } how ? Lower(how) : file.IsIncomplete ? "incomplete" : file.IsUnclean ? "unclean" : "there";

    private static string Lower(GoneHow how) => CommandContext.Lower(how);

    private static FileView View(CatalogueFile file) => new(
        file.Id, file.Account, file.Path, file.Size, file.ExpectedSize, file.IsIncomplete, file.IsUnclean, file.Arrived, file.Login, file.Protocol, file.Sha256 is { } hash ? Convert.ToHexStringLower(hash) : null,
        file.FirstFetched, file.FirstFetchedBy, file.Gone, file.GoneHow is { } how ? Lower(how) : null);
}

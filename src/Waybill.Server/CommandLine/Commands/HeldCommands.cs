using System.CommandLine;
using Waybill.Core.Export;
using Waybill.Core.Feeds;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>held list | release | discard</c> and <c>recall</c>.</summary>
internal static class HeldCommands
{
    private sealed record HeldView(
        long Publication, string Account, string Feed, string State, string? Reason, string Publisher, DateTimeOffset Since, IReadOnlyList<HeldFileView> Files);

    private sealed record HeldFileView(string Path, long Size, string? Held, string? Content);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("held", "Duplicates that wait for a decision, and what was recalled.") { List(context), Release(context), Discard(context) },
        Recall(context),
    ];

    public static string Words(HeldReason reason) => reason switch
    {
        HeldReason.Present => "a file of that name is there",
        HeldReason.Fetched => "a file of that name was there and was fetched",
        HeldReason.Content => "the account got the same content under another name",
        _ => "another file took the name meanwhile",
    };

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string?>("--account") { Description = "of one account only", HelpName = "NUMBER" };
        var recalled = new Option<bool>("--recalled") { Description = "what was recalled, instead of what is held" };
        var csv = new Option<bool>("--csv") { Description = "as comma-separated values, safe to open in a spreadsheet" };
        var command = new Command("list", "List held sets of files, the oldest first.") { account, recalled, csv };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = Open(here);
            var sets = await CommandContext.AllPagesAsync((after, size) =>
                installation.Publisher.ListSetAsideAsync(parse.GetValue(recalled), parse.GetValue(account), size, after, cancellationToken));
            if (parse.GetValue(csv))
            {
                WriteCsv(here, sets);
                return;
            }

            here.Print(sets.Select(set => View(here, set)), _ => here.PrintTable(
                ["PUBLICATION", "ACCOUNT", "FEED", "SINCE", "FILE", "WHY"],
                [.. sets.SelectMany(set => set.Files.Select(file => new[]
                {
                    $"{set.Id}", set.Account, set.Feed, CommandContext.Time(set.Begun), CommandContext.Shown(file.Path), file.Held is { } why ? Words(why) : set.Reason ?? "its set is held",
                }))]));
        });
        return command;
    }

    private static void WriteCsv(CommandContext here, IEnumerable<Publication> sets)
    {
        var csv = new SpreadsheetCsv(here.Output);
        csv.Write("publication", "account", "feed", "state", "since", "publisher", "file", "name", "size", "why", "reason", "content");
        foreach (var set in sets.Select(set => View(here, set)))
        {
            foreach (var file in set.Files)
            {
                csv.Write(set.Publication, set.Account, set.Feed, set.State, set.Since, set.Publisher, file.Path, Path.GetFileName(file.Path), file.Size, file.Held, set.Reason, file.Content);
            }
        }
    }

    private static Command Release(Func<ParseResult, CommandContext> context)
    {
        var id = Id();
        var reason = new Option<string?>("--reason") { Description = "why, for the audit", HelpName = "TEXT" };
        var command = new Command("release", "Publish a held set, in the place of files of the same names; or a recalled one again.") { id, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = Open(here);
            var set = CommandContext.Require(await installation.Publisher.ReleaseAsync(parse.GetRequiredValue(id), parse.GetValue(reason), CommandContext.Operator, cancellationToken));
            here.Print(View(here, set), output => output.WriteLine($"publication {set.Id} is published: {string.Join(", ", set.Files.Select(file => file.Path))}"));
        });
        return command;
    }

    private static Command Discard(Func<ParseResult, CommandContext> context)
    {
        var id = Id();
        var reason = new Option<string>("--reason") { Description = "why, for the audit", HelpName = "TEXT", Required = true };
        var command = new Command("discard", "Remove a held or recalled set for good.") { id, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = Open(here);
            var set = CommandContext.Require(await installation.Publisher.DiscardAsync(parse.GetRequiredValue(id), parse.GetRequiredValue(reason), CommandContext.Operator, cancellationToken));
            here.Print(View(here, set), output => output.WriteLine($"publication {set.Id} is discarded; what lies in the folders of account {set.Account} stays"));
        });
        return command;
    }

    private static Command Recall(Func<ParseResult, CommandContext> context)
    {
        var paths = new Argument<string[]>("PATH") { Description = "files of --account, as /cdr/june.csv", Arity = ArgumentArity.ZeroOrMore };
        var publication = new Option<long?>("--publication") { Description = "all files of a publication", HelpName = "ID" };
        var account = new Option<string?>("--account") { Description = "the account whose files they are", HelpName = "NUMBER" };
        var reason = new Option<string>("--reason") { Description = "why, for the audit", HelpName = "TEXT", Required = true };
        var command = new Command("recall", "Take published files back: they leave the customer's folder and are kept, hidden. Shows who had fetched them.")
        {
            paths, publication, account, reason,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = Open(here);
            var report = CommandContext.Require(await installation.Publisher.RecallAsync(
                new RecallRequest(parse.GetRequiredValue(reason)) { Publication = parse.GetValue(publication), Account = parse.GetValue(account), Paths = parse.GetValue(paths) ?? [] },
                CommandContext.Operator, cancellationToken));
            here.Print(report, output =>
            {
                foreach (var file in report.Files)
                {
                    output.WriteLine($"recalled {file.Path}: {(file.Fetches.Count == 0 ? "nobody had fetched it" : "fetched " + string.Join(", ", file.Fetches.Select(Describe)))}");
                }

                output.WriteLine($"kept as {report.Recall}: {ShellWord.Command(here.Data, $"held release {report.Recall}")} publishes them again");
            });
        });
        return command;
    }

    private static string Describe(Core.Catalogue.FileFetch fetch) =>
        $"by {fetch.Login} at {CommandContext.Time(fetch.Time)}{(fetch.Address is null ? "" : " from " + fetch.Address)}{(fetch.Whole ? "" : " in part")}";

    private static Argument<long> Id() => new("ID") { Description = "the publication's number, as held list shows it" };

    private static Installation Open(CommandContext here)
    {
        var configuration = here.LoadConfiguration();
        var installation = here.Open(configuration);
        installation.OpenVaults(configuration);
        return installation;
    }

    private static HeldView View(CommandContext here, Publication set) => new(
        set.Id, set.Account, set.Feed, CommandContext.Lower(set.State), set.Reason, set.Publisher, set.Begun,
        [.. set.Files.Select(file => new HeldFileView(
            file.Path, file.Size, file.Held is { } held ? CommandContext.Lower(held) : null,
            file.HiddenPath is { } hidden ? here.Data.Vaults + "/" + set.Account + hidden : null))]);
}

using System.CommandLine;
using Waybill.Core.Feeds;
using Waybill.Server.Configuration;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>publish --account NUMBER --feed TYPE FILE...</c> and <c>publish --route DIR|FILE...</c>.</summary>
internal static class PublishCommand
{
    /// <summary>Files that one run routes; more are for several runs.</summary>
    internal const int MaximumRouted = 200_000;

    /// <summary>Folders in folders that a run looks into: an account, a feed, and one above.</summary>
    private const int Depth = 3;

    private sealed record FileView(string Path, long Size, string? Sha256, string? Held);

    private sealed record SetView(
        long? Publication, string? Account, string Feed, string State, IReadOnlyList<FileView> Files, IReadOnlyList<string> NotSubscribed, string? Problem);

    private sealed record RunView(IReadOnlyList<SetView> Sets, IReadOnlyList<UnroutedFile> Unrouted);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var files = new Argument<string[]>("FILE") { Description = "the files; with --route also directories", Arity = ArgumentArity.OneOrMore };
        var account = new Option<string?>("--account") { Description = "the account that gets them", HelpName = "NUMBER" };
        var feed = new Option<string?>("--feed") { Description = "the feed: cdr, data, invoice, sir, report, or as configured", HelpName = "TYPE" };
        var route = new Option<bool>("--route") { Description = "each file to the account that its folder or its name means (Feeds:Routes)" };
        var by = new Option<string?>("--by") { Description = "a parent account publishes, to its children only", HelpName = "NUMBER" };
        var replace = new Option<bool>("--replace") { Description = "replace files of the same names; needs --reason" };
        var reason = new Option<string?>("--reason") { Description = "why, for the audit", HelpName = "TEXT" };
        var command = new Command("publish", "Publish files to an account: all of them appear, or none. Duplicates are held.") { files, account, feed, route, by, replace, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            var (number, feedName, routed) = (parse.GetValue(account), parse.GetValue(feed), parse.GetValue(route));
            if (routed ? number is not null : number is null || feedName is null)
            {
                throw new UsageException(routed
                    ? "--route finds the accounts itself: leave --account out"
                    : "publish needs --account NUMBER and --feed TYPE, or --route");
            }

            await using var installation = here.Open(configuration);
            installation.OpenVaults(configuration);
            PublishRequest Complete(PublishRequest request) => request with { By = parse.GetValue(by), Replace = parse.GetValue(replace), Reason = parse.GetValue(reason) };
            if (!routed)
            {
                var set = new PublishRequest(number!, feedName!, [.. parse.GetRequiredValue(files).Select(file => new PublishFile(Path.GetFileName(file), () => Open(file)))]);
                await PublishOneAsync(here, installation.Publisher, Complete(set), cancellationToken);
                return;
            }

            var plan = await RouteAsync(installation, configuration, parse.GetRequiredValue(files), feedName, cancellationToken);
            await PublishAllAsync(here, installation.Publisher, plan with { Sets = [.. plan.Sets.Select(Complete)] }, cancellationToken);
        });
        return [command];
    }

    private static async Task PublishOneAsync(CommandContext here, FeedPublisher publisher, PublishRequest request, CancellationToken cancellationToken)
    {
        var report = CommandContext.Require(await publisher.PublishAsync(request, CommandContext.Operator, cancellationToken));
        here.Print(View(request, report), output => Write(output, report));
        if (report.State == PublicationState.Held)
        {
            throw new CommandException(HeldWords(here, 1));
        }
    }

    private static async Task PublishAllAsync(CommandContext here, FeedPublisher publisher, RoutingPlan plan, CancellationToken cancellationToken)
    {
        List<SetView> sets = [];
        var (done, held, failed) = (0, 0, plan.Unrouted.Count);
        await foreach (var report in publisher.PublishAllAsync(plan.Sets, CommandContext.Operator, cancellationToken))
        {
            var request = plan.Sets[sets.Count];
            sets.Add(report.Succeeded ? View(request, report.Value) : new(null, request.Account, request.Feed, "failed", [], [], report.Problem.Message));
            (done, held, failed) = report switch
            {
                { Succeeded: false } => (done, held, failed + 1),
                { Value.State: PublicationState.Held } => (done, held + 1, failed),
                _ => (done + 1, held, failed),
            };
        }

        here.Print(new RunView(sets, plan.Unrouted), output =>
        {
            foreach (var set in sets)
            {
                output.WriteLine(set.Problem ?? $"{set.State} {set.Publication} for {set.Account} ({set.Feed}): {string.Join(", ", set.Files.Select(file => file.Path))}");
            }

            foreach (var file in plan.Unrouted)
            {
                output.WriteLine($"left {file.Source}: {file.Reason}");
            }
        });
        if (held + failed > 0)
        {
            throw new CommandException($"{done} sets are published; {held} are held, and {failed} sets or files were left where they are, with the reasons above; {HeldWords(here, held)}");
        }
    }

    private static async Task<RoutingPlan> RouteAsync(
        Installation installation, WaybillConfiguration configuration, IReadOnlyList<string> names, string? feed, CancellationToken cancellationToken)
    {
        List<RoutableFile> files = [];
        List<UnroutedFile> left = [];
        foreach (var name in names)
        {
            Collect(new FileInfo(name), [], name, files, left, MaximumRouted);
        }

        var router = new FeedRouter(installation.Database, installation.Publisher.Types, ConfigurationCheck.Routes(configuration.Feeds));
        var plan = CommandContext.Require(await router.RouteAsync(files, feed, cancellationToken));
        return plan with { Unrouted = [.. left, .. plan.Unrouted] };
    }

    /// <summary>The files of a folder, and of its folders; at most so many.</summary>
    internal static void Collect(FileInfo file, IReadOnlyList<string> folders, string source, List<RoutableFile> files, List<UnroutedFile> left, int maximum)
    {
        if (Directory.Exists(file.FullName))
        {
            if (folders.Count >= Depth)
            {
                left.Add(new UnroutedFile(source, $"it lies deeper than {Depth} folders: name its folder itself"));
                return;
            }

            foreach (var entry in new DirectoryInfo(file.FullName).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                Collect(new FileInfo(entry.FullName), [.. folders, file.Name], Path.Combine(source, entry.Name), files, left, maximum);
            }

            return;
        }

        if (UnfinishedNames.Has(file.Name))
        {
            left.Add(new UnroutedFile(source, "its name says that it is hidden or still being written"));
            return;
        }

        if (files.Count >= maximum)
        {
            throw new CommandException($"there are more than {maximum} files; route parts of them, one after the other (nothing was published)");
        }

        files.Add(new RoutableFile(source, file.Name, folders.Count > 0 || file.Directory is null ? folders : [file.Directory.Name], () => Open(file.FullName)));
    }

    private static FileStream Open(string file) => new(file, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0 });

    private static void Write(TextWriter output, PublishReport report)
    {
        foreach (var file in report.Files)
        {
            output.WriteLine(report.State == PublicationState.Held
                ? $"held {file.Path}{(file.Held is { } why ? ": " + HeldCommands.Words(why) : " with its set")}"
                : $"published {file.Path} ({file.Size} bytes)");
        }

        foreach (var name in report.NotSubscribed)
        {
            output.WriteLine($"left {name}: account {report.Account} has not subscribed to it");
        }

        if (report.Publication is { } id)
        {
            output.WriteLine($"publication {id} of feed {report.Feed} for account {report.Account}: {CommandContext.Lower(report.State)}");
        }
    }

    private static string HeldWords(CommandContext here, int held) => held == 0
        ? "nothing is held"
        : $"duplicates are held and nothing was overwritten; look at them with {ShellWord.Command(here.Data, "held list")}, then held release or held discard";

    private static SetView View(PublishRequest request, PublishReport report) => new(
        report.Publication, report.Account, report.Feed, report.Publication is null ? "notsubscribed" : CommandContext.Lower(report.State),
        [.. report.Files.Select(file => new FileView(file.Path, file.Size, file.Sha256, file.Held is { } held ? CommandContext.Lower(held) : null))],
        report.NotSubscribed, null);
}

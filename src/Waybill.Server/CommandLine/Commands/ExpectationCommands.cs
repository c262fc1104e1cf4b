using System.CommandLine;
using System.Globalization;
using Waybill.Core.Expectations;
using Waybill.Server.Configuration;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>expectation set | list | remove</c>.</summary>
internal static class ExpectationCommands
{
    private sealed record ExpectationView(
        long Id, string Account, string Feed, string Folder, string Pattern, string? By, string Days, string? TimeZone, DateTimeOffset? NextDue, int? UnfetchedAfter);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("expectation", "What accounts are to be sent, and until when; what is missing, late or unfetched is told.") { Set(context), List(context), Remove(context) }];

    private static Command Set(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string>("--account") { Description = "the account's number", HelpName = "NUMBER", Required = true };
        var feed = new Option<string>("--feed") { Description = "what it is called, as cdr", HelpName = "TYPE", Required = true };
        var type = new Option<string?>("--type") { Description = "the file type, as csv; the same as --pattern *.csv", HelpName = "TYPE" };
        var folder = new Option<string?>("--folder") { Description = "the folder of the vault; else the feed's, and of no feed of yours the name", HelpName = "DIR" };
        var pattern = new Option<string?>("--pattern") { Description = "the files' names, with * and ?; else all", HelpName = "NAME" };
        var by = new Option<TimeOnly?>("--by")
        {
            Description = "the time by which a file is there, in the account's time zone, as 06:00",
            HelpName = "TIME",
            CustomParser = result =>
            {
                if (TimeOnly.TryParseExact(result.Tokens[0].Value, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
                {
                    return time;
                }

                result.AddError($"'{result.Tokens[0].Value}' is no time of the day; write it as 06:00");
                return null;
            },
        };
        var days = new Option<string>("--days") { Description = "daily, mon-fri, or as mon,wed", HelpName = "DAYS", DefaultValueFactory = _ => "daily" };
        var unfetched = new Option<int?>("--unfetched-after") { Description = "tell of each file that nobody has fetched after so many days", HelpName = "N" };
        var command = new Command("set", "Set what an account is to be sent; one with the same folder and pattern is changed.")
        {
            account, feed, type, folder, pattern, by, days, unfetched,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            if (parse.GetValue(type) is not null && parse.GetValue(pattern) is not null)
            {
                throw new UsageException("--type and --pattern do not go together");
            }

            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var expectation = CommandContext.Require(await installation.Expectations.SetAsync(
                new NewExpectation(parse.GetRequiredValue(account), parse.GetRequiredValue(feed))
                {
                    Folder = parse.GetValue(folder),
                    Pattern = parse.GetValue(pattern) ?? (parse.GetValue(type) is { } ending ? "*." + ending : "*"),
                    By = parse.GetValue(by),
                    Days = CommandContext.Require(WeekdayWords.Parse(parse.GetValue(days)!)),
                    UnfetchedDays = parse.GetValue(unfetched),
                },
                NotificationSettings.Zone(configuration), CommandContext.Operator, cancellationToken));
            here.Print(View(expectation), output => output.WriteLine(
                $"expectation {expectation.Id}: {expectation.Folder.TrimEnd('/')}/{expectation.Pattern} of account {expectation.Account}"
                + (expectation.By is { } due ? $" by {due:HH:mm} {expectation.Days.Show()}, next {CommandContext.Time(expectation.NextDue)}" : "")
                + (expectation.UnfetchedDays is { } number ? $", fetched within {number} days" : "")));
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string?>("--account") { Description = "only those of this account", HelpName = "NUMBER" };
        var command = new Command("list", "List expectations.") { account };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var all = await CommandContext.AllPagesAsync((after, size) => installation.Expectations.ListAsync(parse.GetValue(account), size, after, cancellationToken));
            here.Print(all.Select(View), _ => here.PrintTable(
                ["ID", "ACCOUNT", "FEED", "FILES", "BY", "DAYS", "NEXT DUE", "UNFETCHED AFTER"],
                [.. all.Select(View).Select(each => new[]
                {
                    each.Id.ToString(CultureInfo.InvariantCulture), each.Account, each.Feed, $"{each.Folder.TrimEnd('/')}/{each.Pattern}", each.By ?? "-",
                    each.By is null ? "-" : each.Days, CommandContext.Time(each.NextDue), each.UnfetchedAfter?.ToString(CultureInfo.InvariantCulture) ?? "-",
                })]));
        });
        return command;
    }

    private static Command Remove(Func<ParseResult, CommandContext> context)
    {
        var id = new Argument<long>("ID") { Description = "the expectation's number" };
        var command = new Command("remove", "Remove an expectation.") { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var expectation = CommandContext.Require(await installation.Expectations.RemoveAsync(parse.GetRequiredValue(id), CommandContext.Operator, cancellationToken));
            here.Print(View(expectation), output => output.WriteLine($"removed: {expectation.Folder.TrimEnd('/')}/{expectation.Pattern} of account {expectation.Account}"));
        });
        return command;
    }

    private static ExpectationView View(Expectation each) => new(
        each.Id, each.Account, each.Feed, each.Folder, each.Pattern, each.By?.ToString("HH:mm", CultureInfo.InvariantCulture), each.Days.Show(), each.Zone, each.NextDue,
        each.UnfetchedDays);
}

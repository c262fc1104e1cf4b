using System.CommandLine;
using System.Globalization;
using Waybill.Core.Porting;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>porting day list | set | remove | holidays</c>.</summary>
internal static class PortingDayCommands
{
    private const string DayForm = "yyyy-MM-dd";

    private sealed record DayView(string Day, Nation? Nation, bool IsHoliday, string Name);

    private sealed record HolidayView(string Day, string Name);

    public static Command Create(Func<ParseResult, CommandContext> context) =>
        new("day", "Days that are otherwise than the calendar of porting has them by its rules.") { List(context), Set(context), Remove(context), Holidays(context) };

    /// <summary>A day as 2027-01-31.</summary>
    public static Argument<DateOnly> Day() => new("DAY")
    {
        Description = "a day as 2027-01-31",
        CustomParser = static result =>
        {
            if (DateOnly.TryParseExact(result.Tokens[0].Value, DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return day;
            }

            result.AddError($"'{result.Tokens[0].Value}' is no day; write it as 2027-01-31");
            return default;
        },
    };

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("list", "List them.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var days = await installation.OpenPorting(configuration).DaysAsync(cancellationToken);
            here.Print(days.Select(View), _ => here.PrintTable(
                ["DAY", "WHERE", "IS", "NAME"],
                [.. days.Select(static day => new[] { Show(day.Day), day.Nation is { } nation ? CommandContext.Lower(nation) : "everywhere", day.IsHoliday ? "holiday" : "worked on", day.Name })]));
        });
        return command;
    }

    private static Command Set(Func<ParseResult, CommandContext> context)
    {
        var (day, nation) = (Day(), Nation());
        var name = new Option<string>("--name") { Description = "what it is", HelpName = "TEXT", Required = true };
        var worked = new Option<bool>("--worked") { Description = "it is worked on, though the rules have a holiday" };
        var command = new Command("set", "Set a day to be a holiday, or to be worked on.") { day, nation, name, worked };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var set = CommandContext.Require(await installation.OpenPorting(configuration).SetDayAsync(
                new OneOffDay(parse.GetValue(day), parse.GetValue(nation), !parse.GetValue(worked), parse.GetRequiredValue(name)), CommandContext.Operator, cancellationToken));
            here.Print(View(set), output => output.WriteLine($"{Show(set.Day)} is {(set.IsHoliday ? "a holiday" : "worked on")}: {set.Name}"));
        });
        return command;
    }

    private static Command Remove(Func<ParseResult, CommandContext> context)
    {
        var (day, nation) = (Day(), Nation());
        var command = new Command("remove", "Make a day again what the rules have it.") { day, nation };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            CommandContext.Check(await installation.OpenPorting(configuration).RemoveDayAsync(parse.GetValue(day), parse.GetValue(nation), CommandContext.Operator, cancellationToken));
        });
        return command;
    }

    private static Command Holidays(Func<ParseResult, CommandContext> context)
    {
        var nation = new Argument<Nation>("NATION") { Description = "england, scotland or northernireland" };
        var year = new Argument<int>("YEAR") { Description = "the year" };
        var command = new Command("holidays", "List the bank holidays of a nation in a year, with the days that were set.") { nation, year };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var asked = parse.GetValue(year);
            if (asked is < 1 or > 9998)
            {
                throw new CommandException($"there is no calendar of the year {asked}; ask for one from 1 to 9998");
            }

            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var days = (await installation.OpenPorting(configuration).ClockAsync(cancellationToken)).Days.Of(asked, parse.GetValue(nation));
            here.Print(days.Select(static day => new HolidayView(Show(day.Day), day.Name)), _ => here.PrintTable(["DAY", "NAME"], [.. days.Select(static day => new[] { Show(day.Day), day.Name })]));
        });
        return command;
    }

    private static Option<Nation?> Nation() => new("--nation") { Description = "where; everywhere without it" };

    private static DayView View(OneOffDay day) => new(Show(day.Day), day.Nation, day.IsHoliday, day.Name);

    private static string Show(DateOnly day) => day.ToString(DayForm, CultureInfo.InvariantCulture);
}

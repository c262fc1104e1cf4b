using System.CommandLine;
using Waybill.Core;
using Waybill.Core.Numbers;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>numbers emergency list | show | answer</c>: what the provider passes on to the emergency services.</summary>
internal static class NumberEmergencyCommands
{
    internal sealed record View(string Number, EmergencyStatus Status, string? Reason, IReadOnlyDictionary<string, string> Fields, DateTimeOffset Updated, string UpdatedBy);

    public static Command Create(Func<ParseResult, CommandContext> context) =>
        new("emergency", "What the emergency services (999) are told of whoever has a number.") { List(context), Show(context), Answer(context) };

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var status = new Option<EmergencyStatus>("--status")
        {
            Description = "how far: accepted, received, validating, submitted, manual or rejected", HelpName = "STATUS", DefaultValueFactory = _ => EmergencyStatus.Submitted,
        };
        var command = new Command("list", "List records: those to be passed on, unless another status is named.") { status };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var numbers = installation.OpenNumbers(configuration);
            var all = await CommandContext.AllPagesAsync((after, size) => numbers.ListEmergencyAsync(parse.GetValue(status), size, after, cancellationToken));
            here.Print(all.Select(Of), _ => here.PrintTable(
                ["NUMBER", "STATUS", "CHANGED", "NAME", "POSTCODE"],
                [.. all.Select(record => new[]
                {
                    record.Number.National, CommandContext.Lower(record.Status), CommandContext.Time(record.Updated), record.Fields.GetValueOrDefault(EmergencyField.Name, "-"),
                    record.Fields.GetValueOrDefault(EmergencyField.Postcode, "-"),
                })]));
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var number = NumberCommands.Number();
        var command = new Command("show", "Show the record of a number.") { number };
        command.SetAction((parse, cancellationToken) => PrintAsync(context(parse), numbers => numbers.ShowEmergencyAsync(
            NumberCaller.Provider(CommandContext.Operator), NumberCommands.Read(parse.GetRequiredValue(number)), cancellationToken)));
        return command;
    }

    private static Command Answer(Func<ParseResult, CommandContext> context)
    {
        var number = NumberCommands.Number();
        var status = new Argument<EmergencyStatus>("STATUS") { Description = "what they said: accepted, validating, submitted, manual or rejected" };
        var reason = new Option<string?>("--reason") { Description = "why it was rejected", HelpName = "TEXT" };
        var command = new Command("answer", "Enter what the emergency services answered.") { number, status, reason };
        command.SetAction((parse, cancellationToken) => PrintAsync(context(parse), numbers => numbers.AnswerEmergencyAsync(
            NumberCommands.Read(parse.GetRequiredValue(number)), parse.GetRequiredValue(status), parse.GetValue(reason), null, CommandContext.Operator, cancellationToken)));
        return command;
    }

    private static async Task PrintAsync(CommandContext here, Func<NumberService, ValueTask<Result<EmergencyRecord>>> ask)
    {
        var configuration = here.LoadConfiguration();
        await using var installation = here.Open(configuration);
        var record = CommandContext.Require(await ask(installation.OpenNumbers(configuration)));
        here.Print(Of(record), output =>
        {
            output.WriteLine($"{record.Number.National}: {CommandContext.Lower(record.Status)}{(record.Reason is { } reason ? ": " + reason : "")}");
            foreach (var (field, value) in record.Fields.OrderBy(static each => each.Key))
            {
                output.WriteLine($"{EmergencyRecord.Word(field),-12} {value}");
            }
        });
    }

    private static View Of(EmergencyRecord record) => new(
        record.Number.National, record.Status, record.Reason, record.Fields.OrderBy(static each => each.Key).ToDictionary(static each => EmergencyRecord.Word(each.Key), static each => each.Value),
        record.Updated, record.UpdatedBy);
}

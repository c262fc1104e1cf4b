using System.CommandLine;
using System.Globalization;
using Waybill.Core;
using Waybill.Core.Porting;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>porting list | show | add | import | letter-table | submit-table | letter | submit | take | reject | accept | schedule | complete | cancel | earliest</c>, and <c>porting day</c>.</summary>
internal static class PortingCommands
{
    private const string DayForm = "yyyy-MM-dd";

    private sealed record OrderView(
        string Order, string Account, PortingState State, PortingForm Details, long Count, DateTimeOffset? Submitted, DateTimeOffset? Due, string? Earliest, string? Agreed, string? Code, string? Why,
        string? PortedOn, string? KeepLettersUntil, string? Table, int? TableLine, IReadOnlyList<PortingLetter> Letters);

    private sealed record SendingView(int Line, string Order, PortingState State, PortingSendingResult Result, string? Why);

    private sealed record ShownView(OrderView Order, IReadOnlyList<PortingChange> History);

    private sealed record EarliestView(string Earliest, InstallationKind Installation, int WorkingDays, DateTimeOffset AnswerDue);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("porting", "Orders with which numbers come from other providers, and the calendar of their lead times.")
        {
            List(context), Show(context), Add(context), Import(context), LetterTable(context), SubmitTable(context), Letter(context), Reject(context), Accept(context), Schedule(context), Cancel(context), Earliest(context),
            PortingDayCommands.Create(context),
            Step(context, "submit", "Send a draft, or a rejected order again; a rule that is broken is named.", static (porting, order) => porting.SubmitAsync(null, order, CommandContext.Operator)),
            Step(context, "take", "Take an order on, to check it.", static (porting, order) => porting.TakeAsync(order, CommandContext.Operator)),
            Step(context, "complete", "The port has happened: the numbers are the account's.", static (porting, order) => porting.CompleteAsync(order, CommandContext.Operator)),
        },
    ];

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string?>("--account") { Description = "of one account only", HelpName = "NUMBER" };
        var state = new Option<PortingState?>("--state") { Description = "in one state only" };
        var queue = new Option<bool>("--queue") { Description = "only those that are the provider's turn, the most urgent first" };
        var command = new Command("list", "List orders, the newest first.") { account, state, queue };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var porting = installation.OpenPorting(configuration);
            var query = new PortingQuery { Account = parse.GetValue(account), State = parse.GetValue(state), Queue = parse.GetValue(queue) };
            var all = await CommandContext.AllPagesAsync(async (after, size) => CommandContext.Require(await porting.ListAsync(query with { After = after, Size = size }, cancellationToken)));
            here.Print(all.Select(View), _ => here.PrintTable(
                ["ORDER", "ACCOUNT", "STATE", "DUE", "NUMBERS", "FROM", "WANTED", "AGREED"],
                [.. all.Select(static order => new[]
                {
                    order.Reference, order.Account, CommandContext.Lower(order.State), CommandContext.Time(order.Due), NumberSpans.Count(order.Details.Numbers).ToString(CultureInfo.InvariantCulture),
                    order.Details.LosingProvider ?? "-", Day(order.Details.Wanted) ?? "-", Day(order.Agreed) ?? "-",
                })]));
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var order = Order();
        var command = new Command("show", "Show an order with its steps.") { order };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var porting = installation.OpenPorting(configuration);
            var found = CommandContext.Require(await porting.ShowAsync(null, parse.GetRequiredValue(order), cancellationToken));
            var history = CommandContext.Require(await porting.HistoryAsync(null, found.Reference, cancellationToken));
            here.Print(new ShownView(View(found), history), output =>
            {
                output.WriteLine(Describe(found));
                var form = PortingForm.Of(found.Details);
                foreach (var (name, value) in ((string, string?)[])
                    [
                        ("numbers", form.Numbers), ("main number", form.Main), ("it is ported too", form.MainPorts), ("lines", form.Line), ("address", form.Address), ("postcode", form.Postcode),
                        ("losing provider", form.LosingProvider), ("account there", form.LosingAccount), ("holds the range", form.RangeHolder), ("signatory", form.Signatory), ("wanted", form.Wanted),
                        ("earliest", Day(found.Earliest)), ("letters", found.Letters.Count == 0 ? null : string.Join(", ", found.Letters.Select(static letter => $"{letter.Id} {letter.Name}"))),
                    ])
                {
                    output.WriteLine($"  {name + ":",-18}{value ?? "-"}");
                }

                foreach (var change in history)
                {
                    output.WriteLine($"  {CommandContext.Time(change.Time)} {CommandContext.Lower(change.To)} by {change.By}{(change.Code is { } code ? $" {code}" : "")}{(change.Why is { } why ? ": " + why : "")}");
                }
            });
        });
        return command;
    }

    private static Command Add(Func<ParseResult, CommandContext> context)
    {
        var account = new Argument<string>("ACCOUNT") { Description = "the account's number" };
        Option<string?> main = Text("--main", "the main billing number"), ports = Text("--main-ports", "yes or no: whether it is ported too"), numbers = Text("--numbers", "numbers and ranges, with commas"),
            address = Text("--address", "the site's address"), postcode = Text("--postcode", "its postcode"), provider = Text("--losing-provider", "who has the numbers now"),
            number = Text("--losing-account", "the account number there"), line = Text("--line", "single, multi, ddi or part"), holder = Text("--range-holder", "yes or no: whether the losing provider holds the range"),
            signatory = Text("--signatory", "who signed the letter"), wanted = Text("--wanted", "the day, as 2027-01-31");
        var command = new Command("add", "Make a draft of an order; what is not known yet is left out.") { account, main, ports, numbers, address, postcode, provider, number, line, holder, signatory, wanted };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var details = CommandContext.Require(new PortingForm
            {
                Main = parse.GetValue(main), MainPorts = parse.GetValue(ports), Numbers = parse.GetValue(numbers), Address = parse.GetValue(address), Postcode = parse.GetValue(postcode),
                LosingProvider = parse.GetValue(provider), LosingAccount = parse.GetValue(number), Line = parse.GetValue(line), RangeHolder = parse.GetValue(holder), Signatory = parse.GetValue(signatory),
                Wanted = parse.GetValue(wanted),
            }.Read());
            Print(here, CommandContext.Require(await installation.OpenPorting(configuration).CreateAsync(parse.GetRequiredValue(account), [details], CommandContext.Operator, cancellationToken))[0]);
        });
        return command;
    }

    private static Command Import(Func<ParseResult, CommandContext> context)
    {
        var account = new Argument<string>("ACCOUNT") { Description = "the account's number" };
        var file = new Argument<string>("FILE") { Description = "a table with the columns main, numbers, line and postcode, and if wanted the others; - for standard input" };
        var command = new Command("import", "Make drafts of a table: all rows, or none; submit-table sends them.") { account, file };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var content = await ReadAsync(parse.GetRequiredValue(file), PortingLimits.ImportSize, "a CSV file", cancellationToken);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var orders = CommandContext.Require(await installation.OpenPorting(configuration).ImportAsync(
                parse.GetRequiredValue(account), CommandContext.Require(PortingTable.Read(content)), CommandContext.Operator, cancellationToken));
            here.Print(orders.Select(View), output =>
            {
                foreach (var order in orders)
                {
                    output.WriteLine(Describe(order));
                }

                output.WriteLine($"table {orders[0].Upload}: add the letters (one for all: waybill porting letter-table {orders[0].Upload} FILE), and send them with: waybill porting submit-table {orders[0].Upload}");
            });
        });
        return command;
    }

    private static Command LetterTable(Func<ParseResult, CommandContext> context)
    {
        var (table, file) = (Table(), LetterFile());
        var command = new Command("letter-table", "Add one letter of authority to all drafts of a table, where one person signed for all of them.") { table, file };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var path = parse.GetRequiredValue(file);
            var content = await ReadAsync(path, PortingLimits.LetterSize, "a letter", cancellationToken);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var orders = CommandContext.Require(await installation.OpenPorting(configuration).AddLetterToUploadAsync(
                null, parse.GetRequiredValue(table), Path.GetFileName(path), content, CommandContext.Operator, cancellationToken));
            here.Print(orders.Select(View), output => output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"table {orders[0].Upload}: the letter is with {orders.Count(static order => order.State == PortingState.Draft)} drafts of {orders.Count} orders")));
        });
        return command;
    }

    private static Command SubmitTable(Func<ParseResult, CommandContext> context)
    {
        var table = Table();
        var command = new Command("submit-table", "Send all drafts of a table that can be sent, and say of each row what came of it.") { table };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var rows = CommandContext.Require(await installation.OpenPorting(configuration).SubmitUploadAsync(null, parse.GetRequiredValue(table), CommandContext.Operator, cancellationToken));
            here.Print(rows.Select(static row => new SendingView(row.Line, row.Order.Reference, row.Order.State, row.Result, row.Why)), output =>
            {
                foreach (var row in rows)
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"line {row.Line}, order {row.Order.Reference}: {CommandContext.Lower(row.Result)}{(row.Why is { } why ? ". " + why : "")}"));
                }
            });
        });
        return command;
    }

    private static Command Letter(Func<ParseResult, CommandContext> context)
    {
        var (order, file) = (Order(), LetterFile());
        var command = new Command("letter", "Add a letter of authority to a draft or a rejected order.") { order, file };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var path = parse.GetRequiredValue(file);
            var content = await ReadAsync(path, PortingLimits.LetterSize, "a letter", cancellationToken);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            Print(here, CommandContext.Require(await installation.OpenPorting(configuration).AddLetterAsync(
                null, parse.GetRequiredValue(order), Path.GetFileName(path), content, CommandContext.Operator, cancellationToken)));
        });
        return command;
    }

    private static Command Reject(Func<ParseResult, CommandContext> context)
    {
        var (order, reason) = (Order(), Reason());
        var code = new Option<string>("--code") { Description = "the losing provider's code, or your own", HelpName = "CODE", Required = true };
        var command = new Command("reject", "Reject an order; its customer can correct it and send it again.") { order, code, reason };
        Act(command, context, (parse, porting) => porting.RejectAsync(parse.GetRequiredValue(order), parse.GetRequiredValue(code), parse.GetRequiredValue(reason), CommandContext.Operator));
        return command;
    }

    private static Command Accept(Func<ParseResult, CommandContext> context)
    {
        var order = Order();
        var holder = new Option<bool?>("--range-holder") { Description = "true or false: whether the losing provider holds the range, as is known now" };
        var command = new Command("accept", "The losing provider agrees.") { order, holder };
        Act(command, context, (parse, porting) => porting.AcceptAsync(parse.GetRequiredValue(order), parse.GetValue(holder), CommandContext.Operator));
        return command;
    }

    private static Command Schedule(Func<ParseResult, CommandContext> context)
    {
        var order = Order();
        var day = PortingDayCommands.Day();
        var why = new Option<string?>("--reason") { Description = "why it is moved, where it was set before", HelpName = "TEXT" };
        var command = new Command("schedule", "Set the day, or another one.") { order, day, why };
        Act(command, context, (parse, porting) => porting.ScheduleAsync(parse.GetRequiredValue(order), parse.GetValue(day), parse.GetValue(why), CommandContext.Operator));
        return command;
    }

    private static Command Cancel(Func<ParseResult, CommandContext> context)
    {
        var (order, reason) = (Order(), Reason());
        var command = new Command("cancel", "Cancel an order.") { order, reason };
        Act(command, context, (parse, porting) => porting.CancelAsync(null, parse.GetRequiredValue(order), parse.GetRequiredValue(reason), CommandContext.Operator));
        return command;
    }

    private static Command Earliest(Func<ParseResult, CommandContext> context)
    {
        var line = new Option<string>("--line") { Description = "single, multi, ddi or part", HelpName = "TYPE", Required = true };
        var count = new Option<int>("--count") { Description = "how many numbers", HelpName = "N", DefaultValueFactory = static _ => 1 };
        var postcode = Text("--postcode", "of the site; England's calendar without it");
        var holder = new Option<bool?>("--range-holder") { Description = "true or false: whether the losing provider holds the range; the longer time without it" };
        var elsewhere = new Option<bool>("--non-geographic") { Description = "numbers that belong to no place" };
        var command = new Command("earliest", "Show the first day that an order allows that is sent now.") { line, count, postcode, holder, elsewhere };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var details = CommandContext.Require(new PortingForm { Line = parse.GetRequiredValue(line), Postcode = parse.GetValue(postcode) }.Read());
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var clock = await installation.OpenPorting(configuration).ClockAsync(cancellationToken);
            var now = TimeProvider.System.GetUtcNow();
            var (row, earliest) = clock.Earliest(now, details.Nation, details.Line!.Value, !parse.GetValue(elsewhere), parse.GetValue(count), parse.GetValue(holder));
            var view = new EarliestView(Day(earliest)!, row.Installation, row.Days(parse.GetValue(holder)), clock.AnswerDue(now, details.Nation, row.AnswerDays));
            here.Print(view, output => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{view.Earliest}: {view.Installation}, {view.WorkingDays} working days; the answer is due {CommandContext.Time(view.AnswerDue)}")));
        });
        return command;
    }

    private static Command Step(Func<ParseResult, CommandContext> context, string name, string what, Func<PortingService, string, ValueTask<Result<PortingOrder>>> step)
    {
        var order = Order();
        var command = new Command(name, what) { order };
        Act(command, context, (parse, porting) => step(porting, parse.GetRequiredValue(order)));
        return command;
    }

    private static void Act(Command command, Func<ParseResult, CommandContext> context, Func<ParseResult, PortingService, ValueTask<Result<PortingOrder>>> act) => command.SetAction(async (parse, _) =>
    {
        var here = context(parse);
        var configuration = here.LoadConfiguration();
        await using var installation = here.Open(configuration);
        Print(here, CommandContext.Require(await act(parse, installation.OpenPorting(configuration))));
    });

    private static async Task<byte[]> ReadAsync(string path, int most, string what, CancellationToken cancellationToken)
    {
        var content = await InputFile.ReadAsync(path, most, what, cancellationToken);
        return content.Length > most ? throw new CommandException($"{path} is larger than {most >> 20} MiB") : content;
    }

    private static Argument<string> Order() => new("ORDER") { Description = "the order's reference" };

    private static Argument<string> Table() => new("TABLE") { Description = "the table's reference, as import printed it" };

    private static Argument<string> LetterFile() => new("FILE") { Description = "the letter of authority, PDF or image" };

    private static Option<string> Reason() => new("--reason") { Description = "why", HelpName = "TEXT", Required = true };

    private static Option<string?> Text(string name, string what) => new(name) { Description = what, HelpName = "TEXT" };

    private static string? Day(DateOnly? day) => day?.ToString(DayForm, CultureInfo.InvariantCulture);

    private static OrderView View(PortingOrder order) => new(
        order.Reference, order.Account, order.State, PortingForm.Of(order.Details), NumberSpans.Count(order.Details.Numbers), order.Submitted, order.Due, Day(order.Earliest), Day(order.Agreed), order.Code, order.Why,
        Day(order.PortedOn), Day(order.KeepLettersUntil), order.Upload, order.UploadLine, order.Letters);

    private static string Describe(PortingOrder order) => string.Create(
        CultureInfo.InvariantCulture,
        $"order {order.Reference} of account {order.Account}: {CommandContext.Lower(order.State)}, {NumberSpans.Count(order.Details.Numbers)} numbers")
        + (order.Agreed is { } agreed ? $", on {Day(agreed)}" : "") + (order.Due is { } due ? $"; due {CommandContext.Time(due)}" : "") + (order.Why is { } why ? $"; {order.Code} {why}".TrimEnd() : "");

    private static void Print(CommandContext here, PortingOrder order) => here.Print(View(order), output => output.WriteLine(Describe(order)));
}

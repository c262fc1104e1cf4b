using System.Globalization;
using Microsoft.AspNetCore.Http;
using Waybill.Core;
using Waybill.Core.Porting;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Orders with which numbers come from other providers, for customers' programs and the provider's.</summary>
internal static class PortingApi
{
    private const string Read = "porting:read";
    private const string Write = "porting:write";
    private const string Decide = "porting:decide";
    private const string DayForm = "yyyy-MM-dd";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<PortingOrderView>>("/v1/porting-orders", "listPortingOrders", Read, "List orders of porting, the newest first.", ListAsync, ApiPaging.With(
            ApiParameter.Text("account", "of one account only"), ApiParameter.Word<PortingState>("state", "in one state only"),
            ApiParameter.Flag("queue", "only those that are the provider's turn, the most urgent first"))),
        Post<PortingOrderView>("/v1/accounts/{number}/porting-orders", "addPortingOrder", Write, "Make a draft of an order; what is not known yet is left out.", AddAsync, typeof(PortingOrderBody)).Creates(),
        new(HttpMethods.Post, "/v1/accounts/{number}/porting-orders/import", "importPortingOrders", Write, "Make drafts of a table, all or none.", ImportAsync)
        {
            Response = typeof(PortingImportView), Upload = "text/csv", UploadAs = ApiUploadKind.Memory, UploadSize = PortingLimits.ImportSize, Status = StatusCodes.Status201Created,
            Notes = $"The columns main, numbers, line and postcode, and if wanted main_ports, address, losing_provider, losing_account, range_holder, signatory and wanted; at most {PortingLimits.ImportRows} rows. The answer has the table's reference, by which its drafts are sent together.",
        },
        Get<Page<PortingOrderView>>("/v1/porting-tables/{table}", "listPortingTable", Read, "List the orders of a table, by line.", TableAsync),
        new(HttpMethods.Post, "/v1/porting-tables/{table}/letters", "addPortingTableLetter", Write, "Add one letter of authority, PDF or image, to all drafts of a table.", AddTableLetterAsync)
        {
            Query = [ApiParameter.Text("name", "the name of the file")], Response = typeof(Page<PortingOrderView>), Upload = "application/octet-stream", UploadAs = ApiUploadKind.Memory, UploadSize = PortingLimits.LetterSize,
            Status = StatusCodes.Status201Created,
            Notes = "It counts for each draft as if it had come by itself, and is kept once. Drafts that name different persons who signed are a 409, and so is a table without a draft: nothing is added.",
        },
        Post<PortingSentView>("/v1/porting-tables/{table}/submit", "submitPortingTable", Write, "Send all drafts of a table that can be sent.", SubmitTableAsync) with
        {
            Notes = "Each row says what came of it: sent; refused, with the rule that it breaks, and it is a draft still; or left, since it is no draft any more. Sent again, the same call sends what is a draft still.",
        },
        Get<PortingOrderView>("/v1/porting-orders/{order}", "showPortingOrder", Read, "Show an order.", ShowAsync),
        Get<Page<PortingChangeView>>("/v1/porting-orders/{order}/history", "listPortingHistory", Read, "List the steps of an order, the latest first.", HistoryAsync),
        Put<PortingOrderView>("/v1/porting-orders/{order}", "changePortingOrder", Write, "Change what a draft or a rejected order says, all of it.", ChangeAsync, typeof(PortingOrderBody)),
        new(HttpMethods.Post, "/v1/porting-orders/{order}/letters", "addPortingLetter", Write, "Add a letter of authority, PDF or image, to a draft or a rejected order.", AddLetterAsync)
        {
            Query = [ApiParameter.Text("name", "the name of the file")], Response = typeof(PortingOrderView), Upload = "application/octet-stream", UploadAs = ApiUploadKind.Memory, UploadSize = PortingLimits.LetterSize, Status = StatusCodes.Status201Created,
        },
        new(HttpMethods.Get, "/v1/porting-orders/{order}/letters/{letter:long}", "fetchPortingLetter", Read, "Fetch a letter of authority; that is recorded.", FetchLetterAsync) { Content = "application/octet-stream" },
        Post<PortingOrderView>("/v1/porting-orders/{order}/submit", "submitPortingOrder", Write, "Send a draft, or a rejected order again. A rule that is broken is named.", SubmitAsync),
        Post<PortingOrderView>("/v1/porting-orders/{order}/cancel", "cancelPortingOrder", Write, "Cancel an order.", CancelAsync, typeof(NeededReasonBody)),
        Post<PortingOrderView>("/v1/porting-orders/{order}/take", "takePortingOrder", Decide, "Take an order on, to check it.", TakeAsync),
        Post<PortingOrderView>("/v1/porting-orders/{order}/reject", "rejectPortingOrder", Decide, "Reject an order; its customer can correct it.", RejectAsync, typeof(PortingRejectionBody)),
        Post<PortingOrderView>("/v1/porting-orders/{order}/accept", "acceptPortingOrder", Decide, "The losing provider agrees.", AcceptAsync, typeof(PortingAcceptanceBody)),
        Post<PortingOrderView>("/v1/porting-orders/{order}/schedule", "schedulePortingOrder", Decide, "Set the day, or another one.", ScheduleAsync, typeof(PortingDayBody)),
        Post<PortingOrderView>("/v1/porting-orders/{order}/complete", "completePortingOrder", Decide, "The port has happened: the numbers are the account's.", CompleteAsync),
        Get<EarliestPortView>("/v1/porting/earliest", "showEarliestPort", Read, "Show the first day that an order allows that is sent now.", EarliestAsync,
            ApiParameter.Text("line", "single, multi, ddi or part") with { IsRequired = true }, ApiParameter.Number("count", "how many numbers", 1, PortingLimits.Numbers) with { IsRequired = true },
            ApiParameter.Text("postcode", "of the site; England's calendar without it"), ApiParameter.Flag("geographic", "whether they belong to a place; true without it"),
            ApiParameter.Flag("rangeHolder", "whether the losing provider holds the range; the longer time without it")),
        Get<Page<HolidayView>>("/v1/porting/holidays/{nation}/{year:long}", "listHolidays", Read, "List the bank holidays of england, scotland or northernIreland in a year.", HolidaysAsync),
        Get<Page<OneOffDayView>>("/v1/porting/days", "listPortingDays", Read, "List the days that are otherwise than the calendar's rules have it.", DaysAsync),
        Put<OneOffDayView>("/v1/porting/days/{day}", "setPortingDay", Decide, "Set a day to be a holiday, or to be worked on.", SetDayAsync, typeof(PortingOneOffBody)),
        Delete("/v1/porting/days/{day}", "removePortingDay", Decide, "Make a day again what the rules have it.", RemoveDayAsync) with { Query = [ApiParameter.Word<Nation>("nation", "where; everywhere without it")] },
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call)
    {
        if (call.Text("account") is { } number && await call.AccountAsync(number) is { Succeeded: false } unknown)
        {
            return unknown.Problem;
        }

        return ApiAnswer.Of(
            await call.Get<PortingService>().ListAsync(
                new PortingQuery { Account = call.AccountAsked, State = call.Word<PortingState>("state"), Queue = call.Flag("queue"), Size = call.Limit, After = call.After }, call.Cancel),
            static page => ApiPaging.Of(page, View));
    }

    private static async ValueTask<ApiAnswer> AddAsync(ApiCall call)
    {
        var (details, account) = (Form(call.Body<PortingOrderBody>()).Read(), await call.AccountAsync());
        return (account.Problem ?? details.Problem) is { } problem ? problem
            : ApiAnswer.Of(await call.Get<PortingService>().CreateAsync(account.Value!.Number, [details.Value!], call.Actor, call.Cancel), static orders => View(orders[0]));
    }

    private static async ValueTask<ApiAnswer> ImportAsync(ApiCall call)
    {
        var (orders, account) = (PortingTable.Read(call.Body<ReadOnlyMemory<byte>>().Span), await call.AccountAsync());
        return (account.Problem ?? orders.Problem) is { } problem ? problem
            : ApiAnswer.Of(await call.Get<PortingService>().ImportAsync(account.Value!.Number, orders.Value!, call.Actor, call.Cancel), static made => new PortingImportView(made[0].Upload!, [.. made.Select(View)]));
    }

    private static async ValueTask<ApiAnswer> TableAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<PortingService>().UploadAsync(call.Token.Account, call.Path("table"), call.Cancel), static orders => ApiPaging.Whole(orders.Select(View)));

    private static async ValueTask<ApiAnswer> AddTableLetterAsync(ApiCall call) => ApiAnswer.Of(
        await call.Get<PortingService>().AddLetterToUploadAsync(call.Token.Account, call.Path("table"), call.Text("name"), call.Body<ReadOnlyMemory<byte>>().ToArray(), call.Actor, call.Cancel),
        static orders => ApiPaging.Whole(orders.Select(View)));

    private static async ValueTask<ApiAnswer> SubmitTableAsync(ApiCall call) => ApiAnswer.Of(
        await call.Get<PortingService>().SubmitUploadAsync(call.Token.Account, call.Path("table"), call.Actor, call.Cancel),
        static rows => new PortingSentView([.. rows.Select(static row => new PortingSendingView(row.Line, row.Order.Reference, row.Order.State, row.Result, row.Why))]));

    private static async ValueTask<ApiAnswer> ShowAsync(ApiCall call) => ApiAnswer.Of(await FindAsync(call), View);

    private static ValueTask<ApiAnswer> HistoryAsync(ApiCall call) => OfOrderAsync(call, async (porting, order) => ApiAnswer.Of(
        await porting.HistoryAsync(order.Account, order.Reference, call.Cancel),
        static changes => ApiPaging.Whole(changes.Select(static change => new PortingChangeView(change.Time, change.By, change.From, change.To, change.Code, change.Why)))));

    private static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call)
    {
        var details = Form(call.Body<PortingOrderBody>()).Read();
        return !details.Succeeded ? details.Problem : await StepAsync(call, (porting, order) => porting.ChangeAsync(order.Account, order.Reference, details.Value, call.Actor, call.Cancel));
    }

    private static ValueTask<ApiAnswer> AddLetterAsync(ApiCall call) => StepAsync(
        call, (porting, order) => porting.AddLetterAsync(order.Account, order.Reference, call.Text("name"), call.Body<ReadOnlyMemory<byte>>().ToArray(), call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> FetchLetterAsync(ApiCall call) => OfOrderAsync(call, async (porting, order) =>
    {
        var fetched = await porting.FetchLetterAsync(order.Account, order.Reference, call.PathNumber("letter"), call.Actor, CancellationToken.None);
        return fetched.Succeeded
            ? ApiAnswer.Of(new ApiContent(new MemoryStream(fetched.Value.Content, writable: false), fetched.Value.Content.Length, fetched.Value.Letter.Name))
            : fetched.Problem;
    });

    private static ValueTask<ApiAnswer> SubmitAsync(ApiCall call) => StepAsync(call, (porting, order) => porting.SubmitAsync(order.Account, order.Reference, call.Actor, call.Cancel));

    // A token of one account has its customer's say; others that of the provider.
    private static ValueTask<ApiAnswer> CancelAsync(ApiCall call) =>
        StepAsync(call, (porting, order) => porting.CancelAsync(call.Token.Account, order.Reference, call.Body<NeededReasonBody>().Reason, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> TakeAsync(ApiCall call) => StepAsync(call, (porting, order) => porting.TakeAsync(order.Reference, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> RejectAsync(ApiCall call) => StepAsync(
        call, (porting, order) => porting.RejectAsync(order.Reference, call.Body<PortingRejectionBody>().Code, call.Body<PortingRejectionBody>().Reason, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> AcceptAsync(ApiCall call) =>
        StepAsync(call, (porting, order) => porting.AcceptAsync(order.Reference, call.Body<PortingAcceptanceBody>().RangeHolder, call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> ScheduleAsync(ApiCall call)
    {
        var body = call.Body<PortingDayBody>();
        return Day(body.Day) is { } day ? await StepAsync(call, (porting, order) => porting.ScheduleAsync(order.Reference, day, body.Reason, call.Actor, call.Cancel)) : NoDay(body.Day);
    }

    private static ValueTask<ApiAnswer> CompleteAsync(ApiCall call) => StepAsync(call, (porting, order) => porting.CompleteAsync(order.Reference, call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> EarliestAsync(ApiCall call)
    {
        var details = new PortingForm { Line = call.Text("line"), Postcode = call.Text("postcode") }.Read();
        if (!details.Succeeded)
        {
            return details.Problem;
        }

        var clock = await call.Get<PortingService>().ClockAsync(call.Cancel);
        var now = call.Get<TimeProvider>().GetUtcNow();
        bool? holder = call.Text("rangeHolder") is null ? null : call.Flag("rangeHolder");
        var (row, earliest) = clock.Earliest(now, details.Value.Nation, details.Value.Line!.Value, call.Text("geographic") is null || call.Flag("geographic"), call.Number("count")!.Value, holder);
        return ApiAnswer.Of(new EarliestPortView(Show(earliest), row.Installation, row.Days(holder), clock.AnswerDue(now, details.Value.Nation, row.AnswerDays)));
    }

    private static async ValueTask<ApiAnswer> HolidaysAsync(ApiCall call)
    {
        var year = call.PathNumber("year");
        return !Enum.TryParse<Nation>(call.Path("nation"), ignoreCase: true, out var nation) || !Enum.IsDefined(nation) || year is < 1 or > 9998
            ? new Problem(ProblemKind.NotFound, "There are the nations england, scotland and northernIreland, and the years to 9998.")
            : ApiAnswer.Of(ApiPaging.Whole((await call.Get<PortingService>().ClockAsync(call.Cancel)).Days.Of((int)year, nation).Select(static holiday => new HolidayView(Show(holiday.Day), holiday.Name))));
    }

    private static async ValueTask<ApiAnswer> DaysAsync(ApiCall call) => ApiAnswer.Of(ApiPaging.Whole((await call.Get<PortingService>().DaysAsync(call.Cancel)).Select(View)));

    private static async ValueTask<ApiAnswer> SetDayAsync(ApiCall call)
    {
        var body = call.Body<PortingOneOffBody>();
        return Day(call.Path("day")) is { } day
            ? ApiAnswer.Of(await call.Get<PortingService>().SetDayAsync(new OneOffDay(day, body.Nation, body.IsHoliday, body.Name), call.Actor, call.Cancel), View)
            : NoDay(call.Path("day"));
    }

    private static async ValueTask<ApiAnswer> RemoveDayAsync(ApiCall call) => Day(call.Path("day")) is { } day
        ? ApiAnswer.Of(await call.Get<PortingService>().RemoveDayAsync(day, call.Word<Nation>("nation"), call.Actor, call.Cancel))
        : NoDay(call.Path("day"));

    /// <summary>The order of the path, if the token sees it.</summary>
    private static async ValueTask<Result<PortingOrder>> FindAsync(ApiCall call) => await call.Get<PortingService>().ShowAsync(call.Token.Account, call.Path("order"), call.Cancel);

    private static async ValueTask<ApiAnswer> OfOrderAsync(ApiCall call, Func<PortingService, PortingOrder, ValueTask<ApiAnswer>> answer) =>
        await FindAsync(call) is var found && found.Succeeded ? await answer(call.Get<PortingService>(), found.Value) : found.Problem!;

    private static ValueTask<ApiAnswer> StepAsync(ApiCall call, Func<PortingService, PortingOrder, ValueTask<Result<PortingOrder>>> step) =>
        OfOrderAsync(call, async (porting, order) => ApiAnswer.Of(await step(porting, order), View));

    private static PortingForm Form(PortingOrderBody body) => new()
    {
        Main = body.Main, MainPorts = body.MainPorts ? "yes" : "no", Numbers = body.Numbers, Address = body.Address, Postcode = body.Postcode, LosingProvider = body.LosingProvider,
        LosingAccount = body.LosingAccount, Line = body.Line, RangeHolder = body.RangeHolder switch { true => "yes", false => "no", null => null }, Signatory = body.Signatory, Wanted = body.Wanted,
    };

    private static DateOnly? Day(string text) => DateOnly.TryParseExact(text, DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static ApiProblem NoDay(string text) => ApiProblem.Invalid($"'{(text.Length > 20 ? text[..20] : text)}' is no day. Write it as 2027-01-31.");

    private static string Show(DateOnly day) => day.ToString(DayForm, CultureInfo.InvariantCulture);

    private static string? Show(DateOnly? day) => day is { } known ? Show(known) : null;

    private static OneOffDayView View(OneOffDay day) => new(Show(day.Day), day.Nation, day.IsHoliday, day.Name);

    private static PortingOrderView View(PortingOrder order)
    {
        var (details, form) = (order.Details, PortingForm.Of(order.Details));
        return new(
            order.Reference, order.Account, order.State, form.Main, details.MainPorts, form.Numbers, NumberSpans.Count(details.Numbers), form.Address, form.Postcode, form.LosingProvider, form.LosingAccount,
            form.Line, details.IsRangeHolder, form.Signatory, form.Wanted, order.Submitted, order.Due, Show(order.Earliest), Show(order.Agreed), order.Code, order.Why, Show(order.PortedOn),
            Show(order.KeepLettersUntil), order.Upload, order.UploadLine, order.Created, order.CreatedBy, order.Changed,
            [.. order.Letters.Select(static letter => new PortingLetterView(letter.Id, letter.Name, letter.Size, letter.Sha256, letter.Added, letter.AddedBy))]);
    }

    internal sealed record PortingOrderView(
        string Order, string Account, PortingState State, string? Main, bool MainPorts, string? Numbers, long Count, string? Address, string? Postcode, string? LosingProvider, string? LosingAccount,
        string? Line, bool? RangeHolder, string? Signatory, string? Wanted, DateTimeOffset? Submitted, DateTimeOffset? Due, string? Earliest, string? Agreed, string? Code, string? Why, string? PortedOn,
        string? KeepLettersUntil, string? Table, int? TableLine, DateTimeOffset Created, string CreatedBy, DateTimeOffset Changed, IReadOnlyList<PortingLetterView> Letters);

    internal sealed record PortingLetterView(long Id, string Name, long Size, string Sha256, DateTimeOffset Added, string AddedBy);

    internal sealed record PortingChangeView(DateTimeOffset Time, string By, PortingState? From, PortingState To, string? Code, string? Why);

    internal sealed record PortingImportView(string Table, IReadOnlyList<PortingOrderView> Items);

    internal sealed record PortingSentView(IReadOnlyList<PortingSendingView> Items);

    internal sealed record PortingSendingView(int Line, string Order, PortingState State, PortingSendingResult Result, string? Why);

    internal sealed record EarliestPortView(string Earliest, InstallationKind Installation, int WorkingDays, DateTimeOffset AnswerDue);

    internal sealed record HolidayView(string Day, string Name);

    internal sealed record OneOffDayView(string Day, Nation? Nation, bool IsHoliday, string Name);

    internal sealed record PortingOrderBody(
        string? Main = null, bool MainPorts = true, string? Numbers = null, string? Address = null, string? Postcode = null, string? LosingProvider = null, string? LosingAccount = null, string? Line = null,
        bool? RangeHolder = null, string? Signatory = null, string? Wanted = null);

    internal sealed record PortingRejectionBody(string Code, string Reason);

    internal sealed record PortingAcceptanceBody(bool? RangeHolder = null);

    internal sealed record PortingDayBody(string Day, string? Reason = null);

    internal sealed record PortingOneOffBody(string Name, bool IsHoliday = true, Nation? Nation = null);
}

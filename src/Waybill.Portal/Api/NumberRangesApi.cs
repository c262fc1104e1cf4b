using System.Globalization;
using Microsoft.AspNetCore.Http;
using Waybill.Core;
using Waybill.Core.Numbers;
using static Waybill.Portal.Api.ApiEndpoint;
using static Waybill.Portal.Api.NumberViews;

namespace Waybill.Portal.Api;

/// <summary>Ranges of numbers, numbers that come and go, and what a switch follows: the provider's side.</summary>
internal static class NumberRangesApi
{
    private const string Read = "numbers:read";
    private const string Write = "numbers:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<NumberRangeView>>("/v1/number-ranges", "listNumberRanges", Read, "List ranges, with how many numbers of each are in which state.", ListAsync, ApiPaging.Parameters) with { AllAccounts = true },
        Post<NumberRangeView>("/v1/number-ranges", "addNumberRange", Write, "Add a range; all its numbers are free.", AddAsync, typeof(NewNumberRangeBody)).Creates() with
        {
            AllAccounts = true, Notes = $"At most {NumberLimits.Range} numbers of one length. Prices are pence; nothing is charged by them.",
        },
        Put<NumberRangeView>("/v1/number-ranges/{range:long}", "setNumberRange", Write, "Set band, prices and description of a range.", SetAsync, typeof(RangeTermsBody)) with { AllAccounts = true },
        new(HttpMethods.Post, "/v1/number-ranges/import", "importNumberRanges", Write, "Add many ranges as a table; those that are there already are passed over.", ImportAsync)
        {
            Response = typeof(RangeImport), Upload = "text/csv", UploadAs = ApiUploadKind.Memory, UploadSize = NumberLimits.RangeFile, AllAccounts = true,
            Notes = $"The columns first and last, and if wanted band, setup, monthly (pounds, as 1.50) and description; at most {NumberLimits.RangesTogether} rows.",
        },
        Post<NumbersPortedView>("/v1/numbers/port-in", "portNumbersIn", Write, "Say that numbers came to an account from another provider: all, or none.", PortInAsync, typeof(PortInBody)) with
        {
            AllAccounts = true, Notes = $"At most {NumberLimits.Ported} numbers.",
        },
        Post<NumberView>("/v1/numbers/{phone}/port-out", "portNumberOut", Write, "Say that a number went to another provider.", PortOutAsync) with { AllAccounts = true },
        Post<NumberView>("/v1/numbers/{phone}/return", "returnNumber", Write, "Say that a number of a range came back from another provider; it is quarantined.", ReturnAsync) with { AllAccounts = true },
        Put<NumberView>("/v1/numbers/{phone}/term", "setNumberTerm", Write, "Set the last day of a number's term, and whether it is given back then.", SetTermAsync, typeof(NumberTermBody)) with { AllAccounts = true },
        Get<NumberRoutingView>("/v1/numbers/{phone}/routing", "showNumberRouting", "numbers:switch", "Show all that a switch needs of a number: targets with their passwords, periods, features and PIN.", RoutingAsync),
        Get<NumberChangesView>(
            "/v1/changes", "listNumberChanges", Read, "List what happened to numbers, the oldest first.", ChangesAsync,
            ApiParameter.Number("since", "the next of the answer before; 0 for the beginning"),
            ApiParameter.Number("limit", $"at most so many; {PortalLimits.ApiPage} unless given", 1, PortalLimits.ApiPageMaximum), ApiParameter.Text("account", "of one account only")) with
        {
            Notes = "Whoever asks again with next misses nothing and gets nothing twice. next is there also when nothing was new; more says that there is more now. " +
                "Changes are kept for Numbers:ChangeDays (365). Where one behind since is not kept any more the answer is 410, with next: read all numbers anew (GET /v1/numbers), then go on with that next as since. So a new follower begins, too. " +
                "The same 410 is the answer where since is none of this feed, since the provider restored a backup after it was told: then what was told may be undone. Sequences go up and are not always the next number; all are below 2^53.",
        },
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call) => ApiAnswer.Of(ApiPaging.Of(await call.Get<NumberRanges>().ListAsync(call.Limit, call.After, call.Cancel), View));

    private static async ValueTask<ApiAnswer> AddAsync(ApiCall call)
    {
        var body = call.Body<NewNumberRangeBody>();
        var (first, last) = (PhoneNumber.ParseTyped(body.First), PhoneNumber.ParseTyped(body.Last));
        return !first.Succeeded ? first.Problem
            : !last.Succeeded ? last.Problem
            : ApiAnswer.Of(
                await call.Get<NumberRanges>().AddAsync(
                    new NewRange(first.Value, last.Value, new RangeTerms(body.Band, body.SetupPrice, body.MonthlyPrice, body.Description)), call.Actor, call.Cancel),
                View);
    }

    private static async ValueTask<ApiAnswer> SetAsync(ApiCall call)
    {
        var body = call.Body<RangeTermsBody>();
        return ApiAnswer.Of(
            await call.Get<NumberRanges>().SetTermsAsync(
                call.PathNumber("range"), new RangeTerms(body.Band, body.SetupPrice, body.MonthlyPrice, body.Description), call.Actor, call.Cancel),
            View);
    }

    private static async ValueTask<ApiAnswer> ImportAsync(ApiCall call)
    {
        var ranges = RangeCsv.Parse(call.Body<ReadOnlyMemory<byte>>().Span);
        return ranges.Succeeded ? ApiAnswer.Of(await call.Get<NumberRanges>().ImportAsync(ranges.Value, call.Actor, call.Cancel)) : ranges.Problem;
    }

    private static async ValueTask<ApiAnswer> PortInAsync(ApiCall call)
    {
        var body = call.Body<PortInBody>();
        List<PhoneNumber> numbers = [];
        foreach (var text in body.Numbers)
        {
            var number = PhoneNumber.ParseTyped(text);
            if (!number.Succeeded)
            {
                return number.Problem;
            }

            numbers.Add(number.Value);
        }

        return ApiAnswer.Of(
            await call.Get<NumberService>().PortInAsync(body.Account, numbers, call.Actor, call.Cancel), added => new NumbersPortedView(body.Account, added, numbers.Count - added));
    }

    private static ValueTask<ApiAnswer> PortOutAsync(ApiCall call) => WithAsync(call, number => call.Get<NumberService>().PortOutAsync(number, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> ReturnAsync(ApiCall call) => WithAsync(call, number => call.Get<NumberService>().ReturnAsync(number, call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> SetTermAsync(ApiCall call)
    {
        var body = call.Body<NumberTermBody>();
        return DateOnly.TryParseExact(body.Expires, "yyyy-MM-dd", out var day)
            ? await WithAsync(call, number => call.Get<NumberService>().SetTermAsync(number, day, body.Ends, call.Actor, call.Cancel))
            : ApiProblem.Invalid("expires is no day. Write it as 2027-12-31.");
    }

    private static async ValueTask<ApiAnswer> RoutingAsync(ApiCall call)
    {
        var (number, numbers) = (NumberOf(call), call.Get<NumberService>());
        if (!number.Succeeded)
        {
            return number.Problem;
        }

        var shown = await numbers.ShowAsync(NumberCaller.Provider(call.Actor), number.Value, call.Cancel);
        var pin = shown is { Succeeded: true, Value: { IsActive: true, HasPin: true } } ? await numbers.PinAsync(number.Value, call.Cancel) : "";
        return !shown.Succeeded ? shown.Problem
            : !pin.Succeeded ? pin.Problem
            : ApiAnswer.Of(new NumberRoutingView(
                shown.Value.Number.National, shown.Value.State, shown.Value.Account, shown.Value.IsActive ? Targets(shown.Value, static target => target.ToString()) : [],
                shown.Value.IsActive ? shown.Value.Features : "", pin.Value.Length == 0 ? null : pin.Value));
    }

    private static async ValueTask<ApiAnswer> ChangesAsync(ApiCall call)
    {
        var since = call.Number("since") ?? 0;
        var page = await call.Get<NumberChanges>().SinceAsync(since, call.AccountAsked, call.Limit, call.Cancel);
        if (page is { Succeeded: true, Value: { Gap: { } gap, Next: var next } })
        {
            var why = gap == ChangeGap.NotKept
                ? string.Create(CultureInfo.InvariantCulture, $"Changes behind {since} are not kept any more.")
                : string.Create(CultureInfo.InvariantCulture, $"Change {since} is none of this feed: it was told before the provider restored a backup, or by another server, and what was told then may be undone.");
            return ApiProblem.Of(
                StatusCodes.Status410Gone,
                string.Create(CultureInfo.InvariantCulture, $"{why} Read all numbers anew (GET /v1/numbers), then go on with since={next}: what happens meanwhile comes behind it."))
                with { Next = next };
        }

        return ApiAnswer.Of(page, static found => new NumberChangesView([.. found.Items.Select(View)], found.Next, found.IsMore));
    }

    private static async ValueTask<ApiAnswer> WithAsync(ApiCall call, Func<PhoneNumber, ValueTask<Result<NumberDetails>>> change)
    {
        var number = NumberOf(call);
        return number.Succeeded ? ApiAnswer.Of(await change(number.Value), View) : number.Problem;
    }

    internal sealed record NewNumberRangeBody(string First, string Last, string? Band = null, long? SetupPrice = null, long? MonthlyPrice = null, string? Description = null);

    internal sealed record RangeTermsBody(string? Band = null, long? SetupPrice = null, long? MonthlyPrice = null, string? Description = null);

    internal sealed record PortInBody(string Account, IReadOnlyList<string> Numbers);

    internal sealed record NumberTermBody(string Expires, bool Ends = false);

    internal sealed record NumbersPortedView(string Account, int Added, int Present);

    internal sealed record NumberRoutingView(
        string Number, NumberState State, string? Account, IReadOnlyList<NumberTargetView> Targets, string Features, string? Pin);

    internal sealed record NumberChangesView(IReadOnlyList<NumberChangeView> Items, long Next, bool More);
}

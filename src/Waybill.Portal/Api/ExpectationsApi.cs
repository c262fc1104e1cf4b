using System.Globalization;
using Waybill.Core;
using Waybill.Core.Expectations;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>What accounts are to be sent, and until when.</summary>
internal static class ExpectationsApi
{
    private const string Read = "files:read";
    private const string Write = "feeds:publish";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<ExpectationView>>("/v1/expectations", "listExpectations", Read, "List what accounts are to be sent; what is missing, late or unfetched is told.", ListAsync, ApiPaging.With(ApiParameter.Text("account", "of one account only"))),
        Post<ExpectationView>("/v1/expectations", "setExpectation", Write, "Set what an account is to be sent; one with the same folder and pattern is changed.", SetAsync, typeof(NewExpectationBody)),
        Delete("/v1/expectations/{expectation:long}", "removeExpectation", Write, "Remove an expectation.", RemoveAsync),
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call)
    {
        if (call.Text("account") is { } number && await call.AccountAsync(number) is { Succeeded: false } unknown)
        {
            return unknown.Problem;
        }

        return ApiAnswer.Of(ApiPaging.Of(await call.Get<ExpectationService>().ListAsync(call.AccountAsked, call.Limit, call.After, call.Cancel), View));
    }

    private static async ValueTask<ApiAnswer> SetAsync(ApiCall call)
    {
        var body = call.Body<NewExpectationBody>();
        var days = WeekdayWords.Parse(body.Days ?? "daily");
        if (!days.Succeeded)
        {
            return days.Problem;
        }

        TimeOnly? by = null;
        if (body.By is not null)
        {
            if (!TimeOnly.TryParseExact(body.By, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            {
                return ApiProblem.Invalid("by is a time of the day in the account's time zone. Write it as 06:00.");
            }

            by = time;
        }

        return ApiAnswer.Of(
            await call.Get<ExpectationService>().SetAsync(
                new NewExpectation(body.Account, body.Feed) { Folder = body.Folder, Pattern = body.Pattern ?? "*", By = by, Days = days.Value, UnfetchedDays = body.UnfetchedAfter },
                call.Get<ApiOptions>().Zone, call.Actor, call.Cancel),
            View);
    }

    private static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call)
    {
        var removed = await call.Get<ExpectationService>().RemoveAsync(call.PathNumber("expectation"), call.Actor, call.Cancel);
        return removed.Succeeded ? ApiAnswer.Nothing : removed.Problem;
    }

    private static ExpectationView View(Expectation each) => new(
        each.Id, each.Account, each.Feed, each.Folder, each.Pattern, each.By?.ToString("HH:mm", CultureInfo.InvariantCulture), each.Days.Show(), each.Zone, each.NextDue, each.UnfetchedDays);

    internal sealed record ExpectationView(
        long Id, string Account, string Feed, string Folder, string Pattern, string? By, string Days, string? TimeZone, DateTimeOffset? NextDue, int? UnfetchedAfter);

    internal sealed record NewExpectationBody(
        string Account, string Feed, string? Folder = null, string? Pattern = null, string? By = null, string? Days = null, int? UnfetchedAfter = null);
}

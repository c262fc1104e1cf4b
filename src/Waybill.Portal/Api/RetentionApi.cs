using System.Globalization;
using Waybill.Core;
using Waybill.Core.Database;
using Waybill.Core.Retention;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Retention: what goes when, plans and runs, policies and holds.</summary>
internal static class RetentionApi
{
    private const string Read = "retention:read";
    private const string Write = "retention:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<RetentionPlan>("/v1/retention/plan", "planRetention", Read, "Say what goes and how much; changes nothing.", PlanAsync, ApiParameter.Text("account", "only this account")) with { TakesLong = true },
        Post<RetentionPlan>("/v1/retention/marks", "markForRetention", Write, "Mark the files that are old enough for their run and tell the customers, as the server does every day.", MarkAsync, typeof(MarkBody)) with
        {
            TakesLong = true, Notes = "today, as 2026-12-31, is the day by another clock, where retention doubts the clock of the server.",
        },
        Post<RetentionRun>("/v1/retention/runs", "runRetention", Write, "Remove what is marked for a run that is due, as the server does every month.", RunAsync) with
        {
            TakesLong = true, Notes = "What was not marked a week ago, or is held, stays. failed and missing count what could not be removed; the next run tries again.",
        },
        Get<Page<RetentionPass>>("/v1/retention/passes", "listRetentionPasses", Read, "List the plans and runs of the past, the newest first.", PassesAsync) with { AllAccounts = true },
        Get<Page<RetentionPolicy>>("/v1/retention/policies", "listRetentionPolicies", Read, "List how long files stay, where that differs from the provider's setting.", PoliciesAsync, ApiPaging.Parameters),
        Put<PolicyBody>("/v1/retention/policies", "setRetentionPolicy", Write, "Set how long the files of an account, of a folder of it, or of a folder of every account stay; months null takes the policy away.", SetPolicyAsync, typeof(PolicyBody)),
        Get<Page<Hold>>("/v1/holds", "listHolds", Read, "List what is held: retention does not touch it.", HoldsAsync, ApiPaging.With(ApiParameter.Text("account", "of one account only"))),
        Post<HeldView>("/v1/holds", "setHold", Write, "Hold a folder, a file or a whole account.", HoldAsync, typeof(HoldBody)),
        Post<HeldView>("/v1/holds/end", "endHold", Write, "End a hold; a plan marks anew what is old enough.", EndHoldAsync, typeof(HoldBody)),
    ];

    private static async ValueTask<ApiAnswer> PlanAsync(ApiCall call)
    {
        if (call.Text("account") is { } number && await call.AccountAsync(number) is { Succeeded: false } unknown)
        {
            return unknown.Problem;
        }

        return ApiAnswer.Of(await call.Get<RetentionService>().PlanAsync(new PlanRequest { Account = call.AccountAsked }, call.Actor, call.Cancel));
    }

    private static async ValueTask<ApiAnswer> MarkAsync(ApiCall call)
    {
        DateOnly? today = null;
        if (call.Body<MarkBody>().Today is { } text)
        {
            if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return ApiProblem.Invalid("today is no day. Write it as 2026-12-31, or leave it out.");
            }

            today = day;
        }

        return ApiAnswer.Of(await call.Get<RetentionService>().PlanAsync(new PlanRequest { Mark = true, Today = today }, call.Actor, call.Cancel));
    }

    private static async ValueTask<ApiAnswer> RunAsync(ApiCall call) => ApiAnswer.Of(await call.Get<RetentionService>().RunAsync(call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> PassesAsync(ApiCall call) => ApiAnswer.Of(ApiPaging.Whole(await RetentionService.PassesAsync(call.Get<WaybillDatabase>(), call.Cancel)));

    private static async ValueTask<ApiAnswer> PoliciesAsync(ApiCall call) => ApiAnswer.Of(ApiPaging.Cut(
        call, (await call.Get<RetentionPolicies>().ListAsync(call.Cancel)).Where(policy => policy.Account is null || call.Sees(policy.Account)), static policy => $"{policy.Account} {policy.Folder}"));

    private static async ValueTask<ApiAnswer> SetPolicyAsync(ApiCall call)
    {
        var body = call.Body<PolicyBody>();
        var done = await call.Get<RetentionPolicies>().SetAsync(body.Account, body.Folder, body.Months, call.Actor, call.Cancel);
        return done.Succeeded ? ApiAnswer.Of(body with { Folder = body.Folder ?? "/" }) : done.Problem;
    }

    private static async ValueTask<ApiAnswer> HoldsAsync(ApiCall call)
    {
        if (call.Text("account") is { } number && await call.AccountAsync(number) is { Succeeded: false } unknown)
        {
            return unknown.Problem;
        }

        return ApiAnswer.Of(ApiPaging.Cut(call, await call.Get<Holds>().ListAsync(call.AccountAsked, call.Cancel), static hold => $"{hold.Account} {hold.Path}"));
    }

    private static async ValueTask<ApiAnswer> HoldAsync(ApiCall call)
    {
        var body = call.Body<HoldBody>();
        var done = await call.Get<Holds>().SetAsync(body.Account, body.Path, body.Reason, call.Actor, call.Cancel);
        return done.Succeeded ? ApiAnswer.Of(new HeldView(body.Account, body.Path ?? "/", Held: true)) : done.Problem;
    }

    private static async ValueTask<ApiAnswer> EndHoldAsync(ApiCall call)
    {
        var body = call.Body<HoldBody>();
        var done = await call.Get<Holds>().RemoveAsync(body.Account, body.Path, body.Reason, call.Actor, call.Cancel);
        return done.Succeeded ? ApiAnswer.Of(new HeldView(body.Account, body.Path ?? "/", Held: false)) : done.Problem;
    }

    internal sealed record MarkBody(string? Today = null);

    internal sealed record PolicyBody(int? Months, string? Account = null, string? Folder = null);

    internal sealed record HoldBody(string Account, string Reason, string? Path = null);

    internal sealed record HeldView(string Account, string Path, bool Held);
}

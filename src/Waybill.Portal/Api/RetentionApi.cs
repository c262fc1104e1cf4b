using Waybill.Core;
using Waybill.Core.Database;
using Waybill.Core.Retention;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Retention: what goes when, policies and holds. Runs are the server's, or the command line's.</summary>
internal static class RetentionApi
{
    private const string Read = "retention:read";
    private const string Write = "retention:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<RetentionPlan>("/v1/retention/plan", "planRetention", Read, "Say what goes and how much; changes nothing.", PlanAsync, ApiParameter.Text("account", "only this account")) with { TakesLong = true },
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

    internal sealed record PolicyBody(int? Months, string? Account = null, string? Folder = null);

    internal sealed record HoldBody(string Account, string Reason, string? Path = null);

    internal sealed record HeldView(string Account, string Path, bool Held);
}

using Waybill.Core;
using Waybill.Core.Arrivals;
using Waybill.Core.Vaults;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>What is checked of files that an account delivers, and what its customers may tidy up.</summary>
internal static class ArrivalsApi
{
    private const string Read = "accounts:read";
    private const string Write = "accounts:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<ArrivalRule>>("/v1/accounts/{number}/arrival-rules", "listArrivalRules", Read, "List what is checked of files that an account delivers, in the order in which the rules are asked.", ListAsync),
        Put<ArrivalRule>("/v1/accounts/{number}/arrival-rules", "setArrivalRule", Write, "Set a rule; one of the same folder and pattern is replaced.", SetAsync, typeof(ArrivalRuleBody)) with
        {
            Notes = "Names of the folder that no rule's pattern has are rejected; the first rule whose pattern fits judges the file. The folder is /upload and the pattern * unless given.",
        },
        Post<ArrivalRule>("/v1/accounts/{number}/arrival-rules/remove", "removeArrivalRule", Write, "Remove a rule.", RemoveAsync, typeof(ArrivalRulePlaceBody)),
        Get<Page<CollectRight>>("/v1/accounts/{number}/collect-rights", "listCollectRights", Read, "List in which folders an account's customers may delete or move away what they fetched.", ListRightsAsync),
        Post<CollectRight>("/v1/accounts/{number}/collect-rights/grant", "grantCollectRight", Write, "Give the right; sessions that begin from now on have it. What is deleted goes to the archive.", GrantAsync, typeof(CollectRightBody)),
        Post<CollectRight>("/v1/accounts/{number}/collect-rights/revoke", "revokeCollectRight", Write, "Take the right; sessions that begin from now on do not have it.", RevokeAsync, typeof(CollectRightBody)),
    ];

    private static ValueTask<ApiAnswer> ListAsync(ApiCall call) =>
        WithAsync(call, async number => ApiAnswer.Of(await call.Get<ArrivalRules>().ListAsync(number, call.Cancel), ApiPaging.Whole));

    private static ValueTask<ApiAnswer> SetAsync(ApiCall call) => WithAsync(call, async number =>
    {
        var body = call.Body<ArrivalRuleBody>();
        return ApiAnswer.Of(await call.Get<ArrivalRules>().SetAsync(
            new ArrivalRule(number, body.Folder, body.Pattern) { Smallest = body.Smallest, Largest = body.Largest, Header = body.Header, Columns = body.Columns }, call.Actor, call.Cancel));
    });

    private static ValueTask<ApiAnswer> RemoveAsync(ApiCall call) => WithAsync(call, async number =>
        ApiAnswer.Of(await call.Get<ArrivalRules>().RemoveAsync(number, call.Body<ArrivalRulePlaceBody>().Folder, call.Body<ArrivalRulePlaceBody>().Pattern, call.Actor, call.Cancel)));

    private static ValueTask<ApiAnswer> ListRightsAsync(ApiCall call) =>
        WithAsync(call, async number => ApiAnswer.Of(await call.Get<CollectRights>().ListAsync(number, call.Cancel), ApiPaging.Whole));

    private static ValueTask<ApiAnswer> GrantAsync(ApiCall call) => WithAsync(call, async number =>
        ApiAnswer.Of(await call.Get<CollectRights>().GrantAsync(new CollectRight(number, call.Body<CollectRightBody>().Login, call.Body<CollectRightBody>().Folder), call.Actor, call.Cancel)));

    private static ValueTask<ApiAnswer> RevokeAsync(ApiCall call) => WithAsync(call, async number =>
        ApiAnswer.Of(await call.Get<CollectRights>().RevokeAsync(new CollectRight(number, call.Body<CollectRightBody>().Login, call.Body<CollectRightBody>().Folder), call.Actor, call.Cancel)));

    private static async ValueTask<ApiAnswer> WithAsync(ApiCall call, Func<string, ValueTask<ApiAnswer>> act)
    {
        var account = await call.AccountAsync();
        return account.Succeeded ? await act(account.Value.Number) : account.Problem;
    }

    internal sealed record ArrivalRuleBody(
        string Folder = "/upload", string Pattern = "*", long? Smallest = null, long? Largest = null, string? Header = null, int? Columns = null);

    internal sealed record ArrivalRulePlaceBody(string Folder = "/upload", string Pattern = "*");

    internal sealed record CollectRightBody(string Folder, string? Login = null);
}

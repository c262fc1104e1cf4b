using Waybill.Core;
using Waybill.Core.Keys;
using Waybill.Core.Keys.Life;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Keys that somebody has to see to, over all logins: others have them, several logins share them, or they expire.</summary>
internal static class KeyCareApi
{
    private const string Read = "keys:read";
    private const string Write = "keys:write";

    /// <summary>So many days before a key ends an account is reminded first (<see cref="KeyReminders"/>).</summary>
    private const int Days = 30;

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<SharedKey>>("/v1/keys/shared", "listSharedKeys", Read, "List keys that more than one login has, by fingerprint.", SharedAsync, ApiPaging.Parameters) with
        {
            AllAccounts = true, Notes = $"Of a key at most {KeyLife.LoginsNamed} logins are named; count says how many there are.",
        },
        Get<Page<ExpiringKey>>("/v1/keys/expiring", "listExpiringKeys", Read, "List keys that expire soon, the next first.", ExpiringAsync, ApiPaging.With(
            ApiParameter.Number("days", $"within so many days; {Days} unless given", 1, PortalLimits.ApiDays), ApiParameter.Text("account", "of one account only"))),
        Get<Page<RefusedKey>>("/v1/burnt-keys", "listBurntKeys", Read, "List keys that no login takes, since others may have their private half, the newest first.", BurntAsync, ApiPaging.With(
            ApiParameter.Flag("all", "those whose refusal was lifted too"), ApiParameter.Flag("inUse", "only those that work on a login all the same: revoke them there"))) with { AllAccounts = true },
        Post<BurntKeyView>("/v1/burnt-keys", "burnKey", Write, "Refuse a key for good, by its SHA256 fingerprint.", BurnAsync, typeof(BurnBody)).Creates() with { AllAccounts = true },
        Post<RefusedKey>("/v1/burnt-keys/lift", "liftBurntKey", Write, "Take the refusal of a key back, by its whole SHA256 fingerprint: it can be installed again.", LiftAsync, typeof(LiftBody)) with { AllAccounts = true },
    ];

    private static async ValueTask<ApiAnswer> SharedAsync(ApiCall call) => ApiAnswer.Of(await call.Get<KeyLife>().ListSharedAsync(call.Limit, call.After, call.Cancel));

    private static async ValueTask<ApiAnswer> ExpiringAsync(ApiCall call) =>
        call.Text("account") is { } number && await call.AccountAsync(number) is { Succeeded: false } unknown
            ? unknown.Problem
            : ApiAnswer.Of(await call.Get<KeyLife>().ExpiringAsync(TimeSpan.FromDays(call.Number("days") ?? Days), call.AccountAsked, call.Limit, call.After, call.Cancel));

    private static async ValueTask<ApiAnswer> BurntAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<BurntKeys>().ListAsync(call.Flag("all"), call.Limit, call.After, call.Flag("inUse"), call.Cancel));

    private static async ValueTask<ApiAnswer> BurnAsync(ApiCall call)
    {
        var body = call.Body<BurnBody>();
        return ApiAnswer.Of(await call.Get<BurntKeys>().AddAsync(body.Sha256, body.How, call.Actor, call.Cancel), static key => new BurntKeyView(key.Sha256, key.InstalledOn));
    }

    private static async ValueTask<ApiAnswer> LiftAsync(ApiCall call)
    {
        var body = call.Body<LiftBody>();
        return ApiAnswer.Of(await call.Get<BurntKeys>().LiftAsync(body.Sha256, body.Reason, call.Actor, call.Cancel));
    }

    internal sealed record BurntKeyView(string Sha256, IReadOnlyList<string> InstalledOn);

    internal sealed record BurnBody(string Sha256, string How);

    internal sealed record LiftBody(string Sha256, string Reason);
}

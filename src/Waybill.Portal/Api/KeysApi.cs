using System.Text;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Diagnosis;
using Waybill.Core.Keys;
using Waybill.Core.Keys.Life;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.SshKeys.Keys;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Keys of logins.</summary>
internal static class KeysApi
{
    private const string Read = "keys:read";
    private const string Write = "keys:write";
    private const string Fingerprint =
        "The fingerprint is SHA256:... with / written %2F, or MD5 in hexadecimal digits with or without colons, or the beginning of one that fits one key only.";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<KeyView>>("/v1/logins/{login}/keys", "listKeys", Read, "List a login's keys, the oldest first, the revoked ones too.", ListAsync),
        Post<AddedKeyView>("/v1/logins/{login}/keys", "addKey", Write, "Install a public key. A private key is refused for good.", AddAsync, typeof(NewKeyBody)).Creates()
            with { TakesKeys = true, Notes = "The key is in any public form, or offered is the whole SHA256 fingerprint of a key that a client offered in vain. A key that the login has already is answered with 200." },
        Post<KeyView>("/v1/logins/{login}/keys/{fingerprint}/change", "changeKey", Write, "Change what a key is called, and how long it works: expires, or never.", ChangeAsync, typeof(KeyChangeBody)) with { Notes = Fingerprint },
        Get<Page<RotationView>>("/v1/logins/{login}/key-rotation", "showRotation", Read, "Show how far the change from old keys to the newest one is.", RotationAsync),
        Post<KeyView>("/v1/logins/{login}/keys/{fingerprint}/revoke", "revokeKey", Write, "Stop a key at once; sessions that use it end.", RevokeAsync, typeof(NeededReasonBody)) with { Notes = Fingerprint },
        Post<KeyView>("/v1/logins/{login}/keys/{fingerprint}/drop-old", "dropOldKey", Write, "Revoke an old key, if the new one was seen to work.", DropOldAsync, typeof(DropOldBody)) with { Notes = Fingerprint },
        Post<LostKeyView>("/v1/logins/{login}/keys/{fingerprint}/report-lost", "reportLostKey", Write, "Others may have a key: revoke it for the whole account, and end its sessions.", ReportLostAsync, typeof(ReportLostBody)) with
        {
            Notes = "It is refused for good, on every login, by a token of the provider; by a token of one account only if it has logged in there, since otherwise it may be another's. " +
                "isBurnt says whether it is. Where it works for another account it goes on to work, and the provider is told. " + Fingerprint,
        },
        Get<OwnWhyView>("/v1/logins/{login}/why", "explainLogin", Read, "Say how a login stands, which keys were offered in vain, and why connections did not get in.", WhyAsync) with
        {
            Notes = "What the login's own people may know; a token of the provider has more at /v1/why.",
        },
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call)
    {
        var login = await call.LoginAsync();
        if (!login.Succeeded)
        {
            return login.Problem;
        }

        var name = login.Value.UserName;
        var shared = call.Token.Account is null ? await call.Get<KeyLife>().SharedWithAsync(name, call.Cancel) : null;
        return ApiAnswer.Of(await call.Get<KeyService>().ListAsync(name, call.Cancel), keys => ApiPaging.Whole(keys.Select(key =>
            View(call, key) with { SharedWith = shared is null ? null : key.Revoked is null && shared.TryGetValue(key.Sha256, out var others) ? others : [] })));
    }

    private static async ValueTask<ApiAnswer> AddAsync(ApiCall call)
    {
        // First of all: a private key is refused for good whatever else is wrong.
        var body = call.Body<NewKeyBody>();
        var reading = body.Key is { } sent ? PublicKeyFile.Read(Encoding.UTF8.GetBytes(sent)) : null;
        if (reading is { IsKey: false })
        {
            return await RefuseAsync(call, reading);
        }

        var login = await call.LoginAsync();
        if (!login.Succeeded)
        {
            return login.Problem;
        }

        if (reading is null == body.Offered is null)
        {
            return ApiProblem.Invalid("Send either key, the public key, or offered, the fingerprint of one that a client offered in vain.");
        }

        if (body.Offered is { } offered)
        {
            return Added(call, await call.Get<KeyService>().AddOfferedAsync(login.Value.UserName, offered, body.Label, body.Expires, call.Token.Account is null, call.Actor, call.Cancel), null);
        }

        return Added(call, await call.Get<KeyService>().AddAsync(
            login.Value.UserName, new NewKey(reading!.Key!) { Label = body.Label, Comment = reading.Comment, Expires = body.Expires, IsForStaff = call.Token.Account is null }, call.Actor, call.Cancel), reading.Note);
    }

    private static ApiAnswer Added(ApiCall call, Result<KeyAddition> added, string? note) => !added.Succeeded ? added.Problem
        : ApiAnswer.Of(new AddedKeyView(added.Value.AlreadyInstalled, note, View(call, added.Value.Key))) with { Status = added.Value.AlreadyInstalled ? 200 : null };

    /// <summary>Of a private key nothing is kept but its public fingerprint, which is refused from now on.</summary>
    private static async ValueTask<ApiAnswer> RefuseAsync(ApiCall call, PublicKeyReading reading)
    {
        var detail = reading.Message;
        var burnt = await call.Get<BurntKeys>().AddAsync(reading, StrayKey.How, call.Actor, call.Cancel);
        if (!burnt.Succeeded)
        {
            return burnt.Problem;
        }

        var login = await call.LoginAsync();
        if (!login.Succeeded)
        {
            return login.Problem;
        }

        IReadOnlyList<string> installed = call.Token.Account is null ? burnt.Value : [.. burnt.Value.Where(name => name == login.Value.UserName)];
        detail += installed.Count > 0 ? $" Its public half is installed for {string.Join(", ", installed)}: revoke it there." : "";
        var recorded = await call.Get<KeyService>().RecordRefusalAsync(login.Value.UserName, reading.PublicHalfFingerprint, reading.Message, call.Actor, call.Cancel);
        return recorded.Succeeded ? ApiProblem.With(422, reading.IsPrivate ? "private-key" : "no-public-key", detail) : recorded.Problem;
    }

    private static async ValueTask<ApiAnswer> RotationAsync(ApiCall call)
    {
        var login = await call.LoginAsync();
        return login.Succeeded
            ? ApiAnswer.Of(await call.Get<KeyLife>().RotationsAsync(login.Value.UserName, call.Cancel), rotations => ApiPaging.Whole(rotations.Select(
                each => new RotationView(View(call, each.Old), View(call, each.New), each.State))))
            : login.Problem;
    }

    private static async ValueTask<ApiAnswer> WhyAsync(ApiCall call)
    {
        var login = await call.LoginAsync();
        return login.Succeeded
            ? ApiAnswer.Of(await call.Get<DiagnosisService>().ExplainOwnAsync(login.Value, from: null, call.Cancel), found => new OwnWhyView(
                found.Login.UserName, found.Login.Status, found.Account, found.UsableKeys, found.LastKey is { } key ? View(call, key) : null,
                [.. found.Offered.Select(SessionsApi.View)], found.Attempts))
            : login.Problem;
    }

    private static ValueTask<ApiAnswer> ChangeAsync(ApiCall call) => WithKeyAsync(call, async (login, key) =>
    {
        var body = call.Body<KeyChangeBody>();
        return body is { Label: null, Expires: null, Never: false } or { Expires: not null, Never: true }
            ? ApiProblem.Invalid("Say what changes: label, and expires or never.")
            : ApiAnswer.Of(
                await call.Get<KeyService>().ChangeAsync(login, key, new KeyChange { Label = body.Label, Expires = body.Expires, Never = body.Never }, call.Actor, call.Cancel),
                changed => View(call, changed));
    });

    private static ValueTask<ApiAnswer> RevokeAsync(ApiCall call) => WithKeyAsync(call, async (login, key) =>
        ApiAnswer.Of(await call.Get<KeyService>().RevokeAsync(login, key, call.Body<NeededReasonBody>().Reason, call.Actor, call.Cancel), revoked => View(call, revoked)));

    private static ValueTask<ApiAnswer> DropOldAsync(ApiCall call) => WithKeyAsync(call, async (login, key) =>
        ApiAnswer.Of(await call.Get<KeyLife>().DropOldAsync(login, key, call.Body<DropOldBody>().EvenIfUsed, call.Actor, call.Cancel), dropped => View(call, dropped)));

    private static ValueTask<ApiAnswer> ReportLostAsync(ApiCall call) => WithKeyAsync(call, async (login, key) =>
        ApiAnswer.Of(
            await call.Get<KeyLife>().ReportCompromisedAsync(login, key, call.Body<ReportLostBody>().Note, call.Token.Account is { } account ? new AccountAccess(account, null, IsView: false) : null, call.Actor, call.Cancel),
            lost => new LostKeyView(View(call, lost.Key), lost.RevokedOn, call.Token.Account is null ? lost.AlsoOn : null, lost.IsBurnt)));

    private static async ValueTask<ApiAnswer> WithKeyAsync(ApiCall call, Func<string, string, ValueTask<ApiAnswer>> act)
    {
        var login = await call.LoginAsync();
        return login.Succeeded ? await act(login.Value.UserName, call.Path("fingerprint")) : login.Problem;
    }

    private static KeyView View(ApiCall call, InstalledKey key) => new(
        key.Sha256, key.Md5, key.Type, key.Bits, key.Label,
        key.Revoked is not null ? KeyState.Revoked : key.IsExpired(call.Get<TimeProvider>().GetUtcNow()) ? KeyState.Expired : KeyState.Usable,
        key.Added, key.AddedBy, key.Expires, key.LastUsed, key.LastUsedFrom, key.LastUsedClient, key.Revoked, key.RevokedReason);

    internal enum KeyState
    {
        Usable,
        Expired,
        Revoked,
    }

    internal sealed record KeyView(
        string Sha256, string Md5, string Type, int Bits, string Label, KeyState State, DateTimeOffset Added, string AddedBy, DateTimeOffset? Expires,
        DateTimeOffset? LastUsed, string? LastUsedFrom, string? LastUsedClient, DateTimeOffset? Revoked, string? RevokedReason)
    {
        /// <summary>Other logins that have this key; null when it is not asked for, or not for this token to know.</summary>
        public IReadOnlyList<string>? SharedWith { get; init; }
    }

    internal sealed record AddedKeyView(bool AlreadyInstalled, string? Note, KeyView Key);

    internal sealed record RotationView(KeyView Old, KeyView New, RotationState State);

    internal sealed record OwnWhyView(
        string UserName, LoginStatus Status, AccountStatus? AccountStatus, int UsableKeys, KeyView? LastKey, IReadOnlyList<SessionsApi.OfferedView> Offered, IReadOnlyList<OwnAttempt> Attempts);

    internal sealed record LostKeyView(KeyView Key, IReadOnlyList<string> RevokedOn, IReadOnlyList<string>? AlsoOn, bool IsBurnt);

    internal sealed record NewKeyBody(string? Key = null, string? Offered = null, string? Label = null, DateTimeOffset? Expires = null);

    internal sealed record KeyChangeBody(string? Label = null, DateTimeOffset? Expires = null, bool Never = false);

    internal sealed record DropOldBody(bool EvenIfUsed = false);

    internal sealed record ReportLostBody(string? Note = null);
}

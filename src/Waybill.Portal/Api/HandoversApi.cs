using System.Text;
using Waybill.Core;
using Waybill.Core.Keys.Generation;
using Waybill.Core.Keys.Handover;
using Waybill.SshKeys.Keys;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>
/// Keys that the provider makes for customers who cannot, and their way to them. The private half goes by a link alone and is in no answer; the codes and a passphrase that
/// is read out are told once, to whoever tells them on.
/// </summary>
internal static class HandoversApi
{
    private const string Read = "keys:read";
    private const string Write = "keys:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        .. new[]
        {
            Get<Page<HandoverView>>("/v1/handovers", "listHandovers", Read, "List generated keys on their way to customers, the newest first.", ListAsync,
                ApiParameter.Text("login", "of one login only"), ApiParameter.Flag("all", "those that have ended in the last 30 days too")) with { Notes = $"At most {HandoverLimits.Listed}." },
            Post<StartedView>("/v1/logins/{login}/handovers", "beginHandover", Write, "Make a key for a login, install it, and mail the links to its two parts.", BeginAsync, typeof(NewHandoverBody)).Creates() with
            {
                IsSecret = true,
                Notes = "The file's link goes to fileTo, the passphrase's to passphraseTo, another address; left out, the passphrase is read out. Each link needs a code, told here once: tell it to " +
                    "the person by telephone. type is ed25519 unless given; format is openssh, ppk or ppk2.",
            },
            Get<HandoverView>("/v1/handovers/{handover:long}", "showHandover", Read, "Show a handover: what was taken, and what was not.", ShowAsync),
            Post<StartedView>("/v1/handovers/{handover:long}/renew", "renewHandover", Write, "Mail a new link for a part, with a new code; the older link ends.", RenewAsync, typeof(RenewBody)) with { IsSecret = true },
            Post<PassphraseView>("/v1/handovers/{handover:long}/read-out", "readOutPassphrase", Write, "Get the passphrase, to tell it to the customer now: that hands it over, and is recorded.", ReadOutAsync) with
            {
                IsSecret = true, Notes = $"It can be got again for {HandoverLimits.Repeat.TotalMinutes:0} minutes, each time recorded.",
            },
            Post<HandoverView>("/v1/handovers/{handover:long}/cancel", "cancelHandover", Write, "End a handover: its links open nothing any more, and its key is revoked.", CancelAsync, typeof(NeededReasonBody)),
        }.Select(static endpoint => endpoint with { AllAccounts = true }),
    ];

    internal enum KeyFormat
    {
        Openssh,
        Ppk,
        Ppk2,
    }

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call) =>
        ApiAnswer.Of(ApiPaging.Whole(await call.Get<KeyHandovers>().ListAsync(call.Text("login"), call.Flag("all"), call.Cancel)));

    private static async ValueTask<ApiAnswer> ShowAsync(ApiCall call) => await call.Get<KeyHandovers>().FindAsync(call.PathNumber("handover"), call.Cancel) is { } found
        ? ApiAnswer.Of(found)
        : ApiProblem.NotFound("There is no handover of that number. GET /v1/handovers lists those that there are.");

    private static async ValueTask<ApiAnswer> BeginAsync(ApiCall call)
    {
        var login = await call.LoginAsync();
        if (!login.Succeeded)
        {
            return login.Problem;
        }

        var body = call.Body<NewHandoverBody>();
        var format = body.Format switch { KeyFormat.Ppk => ProtectedKeyFormat.Ppk3, KeyFormat.Ppk2 => ProtectedKeyFormat.Ppk2, _ => ProtectedKeyFormat.OpenSsh };
        var plan = new HandoverPlan(login.Value.UserName, new KeyRecipe(body.Type, format) { Bits = body.Bits }, body.FileTo, body.PassphraseTo) { Label = body.Label, Expires = body.Expires };
        return ApiAnswer.Of(await call.Get<KeyHandovers>().StartAsync(plan, call.Actor, call.Cancel), View);
    }

    private static async ValueTask<ApiAnswer> RenewAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<KeyHandovers>().RenewAsync(call.PathNumber("handover"), call.Body<RenewBody>().Part, call.Actor, call.Cancel), View);

    private static async ValueTask<ApiAnswer> ReadOutAsync(ApiCall call)
    {
        var id = call.PathNumber("handover");
        var read = await call.Get<KeyHandovers>().ReadOutAsync(id, call.Actor, call.Cancel);
        if (!read.Succeeded)
        {
            return read.Problem;
        }

        using var parcel = read.Value;
        return ApiAnswer.Of(new PassphraseView(id, parcel.UserName, Encoding.ASCII.GetString(parcel.Content.Span)));
    }

    private static async ValueTask<ApiAnswer> CancelAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<KeyHandovers>().CancelAsync(call.PathNumber("handover"), call.Body<NeededReasonBody>().Reason, call.Actor, call.Cancel));

    private static StartedView View(HandoverStart start) => new(start.Handover, start.FileCode, start.PassphraseCode);

    internal sealed record NewHandoverBody(
        string FileTo, string? PassphraseTo = null, KeyKind Type = KeyKind.Ed25519, int? Bits = null, KeyFormat Format = KeyFormat.Openssh, string? Label = null, DateTimeOffset? Expires = null);

    internal sealed record RenewBody(HandoverPart Part);

    internal sealed record StartedView(HandoverView Handover, string? FileCode, string? PassphraseCode);

    internal sealed record PassphraseView(long Id, string UserName, string Passphrase);
}

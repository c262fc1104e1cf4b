using Microsoft.AspNetCore.Http;
using Waybill.Core;
using Waybill.Core.Numbers;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>
/// Numbers as resellers' programs know such an API, with a login's user name and password: what NTSAPI's commands do (docs/operations/numbers.md says what of it is ours).
/// Nothing that changes anything is a GET.
/// </summary>
internal static class NumberLoginApi
{
    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<NumberStatusView>("/v1/number/status/{phone}", "numberStatus", "", "Say whether a number works, until when, and where its calls go (STAT).", StatusAsync).ForLogins(),
        Post<NumberStatusView>("/v1/number/set/{phone}", "numberSet", "", "Set a target, or clear it with an empty destinationIdentifier (SET).", SetAsync, typeof(NumberSetBody)).ForLogins() with
        {
            Notes = $"index is 1 to {NumberLimits.Targets}. Of PSTN the identifier is international digits, of FAX and VOICEMAIL an address of mail, of all others user@host.",
        },
        Post<NumberFoundView>("/v1/number/allocate/{pattern}", "numberAllocate", "", "Find a free number; it is not reserved (ALLO).", AllocateAsync).ForLogins(),
        Post<NumbersFoundView>("/v1/number/alist/{pattern}/{size:long}", "numberList", "", "List free numbers; none is reserved (ALIST).", ListAsync).ForLogins(),
        Post<NumberStatusView>("/v1/number/activate/{phone}", "numberActivate", "", "Take a free number (ACTI).", call => ChangeAsync(call, static (numbers, caller, number) => numbers.ActivateAsync(caller, number))).ForLogins(),
        Post<NumberStatusView>("/v1/number/deactivate/{phone}", "numberDeactivate", "", "Give a number back (DEAC).", call => ChangeAsync(call, static (numbers, caller, number) => numbers.DeactivateAsync(caller, number))).ForLogins(),
        Post<NumberStatusView>("/v1/number/reactivate/{phone}", "numberReactivate", "", "Undo that while nobody else has it (REAC).", call => ChangeAsync(call, static (numbers, caller, number) => numbers.ReactivateAsync(caller, number))).ForLogins(),
        Post<NumberStatusView>("/v1/number/order/{phone}", "numberOrder", "", "Set when a target is used (ORDE).", OrderAsync, typeof(NumberOrderBody)).ForLogins(),
        Post<NumberStatusView>("/v1/number/setpin/{phone}", "numberSetPin", "", "Set the PIN, or null for none (SPIN).", call => ChangeAsync(call, (numbers, caller, number) =>
            numbers.SetPinAsync(caller, number, call.Body<NumberPinSetBody>().Pin)), typeof(NumberPinSetBody)).ForLogins(),
        Post<NumberStatusView>("/v1/number/info/{phone}", "numberInfo", "", "Set what is known of the number's user (INFO GEN).", call => ChangeAsync(call, (numbers, caller, number) =>
            numbers.SetInformationAsync(caller, number, call.Body<NumberInfoBody>().Info)), typeof(NumberInfoBody)).ForLogins(),
        new ApiEndpoint(HttpMethods.Put, "/v1/number/feature/{phone}/{letter}", "numberFeature", "", "Turn a feature on or off, or say whether it is on (FEAT).", FeatureAsync)
        {
            Response = typeof(NumberFeatureView), Query = [ApiParameter.Flag("enabled", "whether it is to be on; left out, nothing is changed")],
        }.ForLogins(),
        Post<NumberBlockInfoView>("/v1/block/activate/{pattern}/{size:long}", "blockActivate", "", "Take so many free numbers in a row (BLKACTI).", ActivateBlockAsync).ForLogins(),
        Get<NumberBlockInfoView>("/v1/block/info/{phone}", "blockInfo", "", "Say which block a number belongs to (BLKINFO).", call => BlockAsync(call, static (numbers, caller, number) => numbers.BlockOfAsync(caller, number))).ForLogins(),
        Post<NumberBlockInfoView>("/v1/block/deactivate/{phone}", "blockDeactivate", "", "Give a block back, named by its first number (BLKDEAC).", call => BlockAsync(call, static (numbers, caller, number) =>
            numbers.DeactivateBlockAsync(caller, number))).ForLogins(),
        Post<NumberBlockInfoView>("/v1/block/reactivate/{phone}", "blockReactivate", "", "Undo that (BLKREAC).", call => BlockAsync(call, static (numbers, caller, number) =>
            numbers.ReactivateBlockAsync(caller, number))).ForLogins(),
        Get<NineStatusView>("/v1/nine/status/{phone}", "nineStatus", "", "Say how far the emergency record is (INFO 999 STATUS).", NineStatusAsync).ForLogins(),
        Get<IReadOnlyDictionary<string, string>>("/v1/nine/dataj/{phone}", "nineData", "", "Show the fields of the emergency record (INFO 999 DATA).", call => NineAsync(
            call, static (numbers, caller, number) => numbers.ShowEmergencyAsync(caller, number), static record => NumberViews.Fields(record))).ForLogins(),
        Post<NineStatusView>("/v1/nine/set/{phone}", "nineSet", "", "Set all fields of the emergency record; what is left out is cleared.", SetNineAsync, typeof(IReadOnlyDictionary<string, string>)).ForLogins(),
        Post<NineStatusView>("/v1/nine/validate/{phone}", "nineValidate", "", "Check the record and have it sent to the emergency services (INFO 999 VALIDATE).", call => NineAsync(
            call, static (numbers, caller, number) => numbers.ValidateEmergencyAsync(caller, number), static record => View(record.Status, record.Reason))).ForLogins(),
    ];

    private static NumberCaller CallerOf(ApiCall call) => NumberCaller.OfLogin(call.Login, call.Actor);

    private static ValueTask<ApiAnswer> StatusAsync(ApiCall call) => ChangeAsync(call, static (numbers, caller, number) => numbers.ShowAsync(caller, number));

    private static ValueTask<ApiAnswer> SetAsync(ApiCall call) => ChangeAsync(call, async (numbers, caller, number) =>
    {
        var body = call.Body<NumberSetBody>();
        if (string.IsNullOrEmpty(body.DestinationIdentifier))
        {
            return await numbers.SetTargetAsync(caller, number, body.Index, target: null);
        }

        if (KindOf(body.DestinationType) is not { } kind)
        {
            return new Problem(ProblemKind.Invalid, $"There is no such destinationType. There are {string.Join(", ", Enum.GetValues<TargetKind>().Select(WordOf))}.");
        }

        var target = NumberTarget.Of(kind, body.DestinationIdentifier);
        return target.Succeeded ? await numbers.SetTargetAsync(caller, number, body.Index, target.Value) : target.Problem;
    });

    private static ValueTask<ApiAnswer> OrderAsync(ApiCall call) => ChangeAsync(call, async (numbers, caller, number) =>
    {
        var body = call.Body<NumberOrderBody>();
        var periods = TargetPeriods.Parse(body.Periods);
        return periods.Succeeded ? await numbers.SetPeriodsAsync(caller, number, body.Index, periods.Value) : periods.Problem;
    });

    private static async ValueTask<ApiAnswer> AllocateAsync(ApiCall call)
    {
        var pattern = NumberPattern.ParseTyped(call.Path("pattern"));
        return pattern.Succeeded ? ApiAnswer.Of(await call.Get<NumberService>().AllocateAsync(CallerOf(call), pattern.Value, call.Cancel), static number => new NumberFoundView(number.National)) : pattern.Problem;
    }

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call)
    {
        var pattern = NumberPattern.ParseTyped(call.Path("pattern"));
        return pattern.Succeeded
            ? ApiAnswer.Of(
                await call.Get<NumberService>().ListFreeAsync(CallerOf(call), pattern.Value, SizeOf(call), call.Cancel),
                static numbers => new NumbersFoundView([.. numbers.Select(static number => number.National)]))
            : pattern.Problem;
    }

    private static async ValueTask<ApiAnswer> FeatureAsync(ApiCall call)
    {
        var (number, letter, numbers) = (NumberViews.NumberOf(call), call.Path("letter"), call.Get<NumberService>());
        if (!number.Succeeded)
        {
            return number.Problem;
        }

        if (letter is not [var one] || !NumberFeature.All.Contains(one, StringComparison.Ordinal))
        {
            return ApiProblem.Invalid($"There is no such feature. There are {string.Join(", ", NumberFeature.All.ToCharArray())}.");
        }

        var done = call.Text("enabled") is null
            ? await numbers.ShowAsync(CallerOf(call), number.Value, call.Cancel)
            : await numbers.SetFeatureAsync(CallerOf(call), number.Value, one, call.Flag("enabled"), call.Cancel);
        return ApiAnswer.Of(done, shown => new NumberFeatureView(letter, shown.Features.Contains(one, StringComparison.Ordinal)));
    }

    private static async ValueTask<ApiAnswer> ActivateBlockAsync(ApiCall call)
    {
        var pattern = NumberPattern.ParseTyped(call.Path("pattern"));
        return pattern.Succeeded ? ApiAnswer.Of(await call.Get<NumberService>().ActivateBlockAsync(CallerOf(call), pattern.Value, SizeOf(call), call.Cancel), View) : pattern.Problem;
    }

    private static async ValueTask<ApiAnswer> BlockAsync(ApiCall call, Func<NumberService, NumberCaller, PhoneNumber, ValueTask<Result<NumberBlock>>> use)
    {
        var number = NumberViews.NumberOf(call);
        return number.Succeeded ? ApiAnswer.Of(await use(call.Get<NumberService>(), CallerOf(call), number.Value), View) : number.Problem;
    }

    private static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call, Func<NumberService, NumberCaller, PhoneNumber, ValueTask<Result<NumberDetails>>> change)
    {
        var number = NumberViews.NumberOf(call);
        return number.Succeeded ? ApiAnswer.Of(await change(call.Get<NumberService>(), CallerOf(call), number.Value), View) : number.Problem;
    }

    private static async ValueTask<ApiAnswer> NineStatusAsync(ApiCall call)
    {
        var (number, numbers) = (NumberViews.NumberOf(call), call.Get<NumberService>());
        if (!number.Succeeded)
        {
            return number.Problem;
        }

        var known = await numbers.ShowAsync(CallerOf(call), number.Value, call.Cancel);
        var record = known.Succeeded ? await numbers.ShowEmergencyAsync(CallerOf(call), number.Value, call.Cancel) : known.Problem;
        return record.Succeeded ? ApiAnswer.Of(View(record.Value.Status, record.Value.Reason))
            : known.Succeeded && record.Problem.Kind == ProblemKind.NotFound ? ApiAnswer.Of(View(EmergencyStatus.None, reason: null))
            : record.Problem;
    }

    private static ValueTask<ApiAnswer> SetNineAsync(ApiCall call) => NineAsync(
        call,
        async (numbers, caller, number) =>
        {
            var fields = NumberViews.Fields(call.Body<IReadOnlyDictionary<string, string?>>());
            return fields.Succeeded ? await numbers.ReplaceEmergencyAsync(caller, number, fields.Value) : fields.Problem;
        },
        static record => View(record.Status, record.Reason));

    private static async ValueTask<ApiAnswer> NineAsync(
        ApiCall call, Func<NumberService, NumberCaller, PhoneNumber, ValueTask<Result<EmergencyRecord>>> use, Func<EmergencyRecord, object> view)
    {
        var number = NumberViews.NumberOf(call);
        return number.Succeeded ? ApiAnswer.Of(await use(call.Get<NumberService>(), CallerOf(call), number.Value), view) : number.Problem;
    }

    private static int SizeOf(ApiCall call) => (int)Math.Min(int.MaxValue, call.PathNumber("size"));

    /// <summary>SIP_RFC2833 is known of such an API; the others are ours after its pattern.</summary>
    private static string WordOf(TargetKind kind) => kind switch
    {
        TargetKind.Sip => "SIP_RFC2833",
        TargetKind.SipInBand => "SIP_INBAND",
        TargetKind.SipTls => "SIP_TLS",
        TargetKind.Iax2 => "IAX2",
        TargetKind.Fax => "FAX",
        TargetKind.Voicemail => "VOICEMAIL",
        _ => "PSTN",
    };

    private static TargetKind? KindOf(string? word) => Enum.GetValues<TargetKind>().Where(kind => WordOf(kind) == word).Select(static kind => (TargetKind?)kind).FirstOrDefault();

    private static NumberStatusView View(NumberDetails number) => new(
        number.Number.National, number.IsActive ? "Y" : "N", NumberViews.Day(number.Expires),
        [.. number.Targets.Select(static (target, i) => new NumberStatusTargetView(i + 1, target?.ToString() ?? ""))]);

    private static NumberBlockInfoView View(NumberBlock block) => new(block.First.National, block.Last.National, block.Size);

    private static NineStatusView View(EmergencyStatus status, string? reason) => new((int)status, status.Tell(), reason);

    internal sealed record NumberStatusView(string Number, string Status, string? Expiry, IReadOnlyList<NumberStatusTargetView> Targets);

    internal sealed record NumberStatusTargetView(int Index, string Value);

    internal sealed record NumberFoundView(string Number);

    internal sealed record NumbersFoundView(IReadOnlyList<string> Numbers);

    internal sealed record NumberBlockInfoView(string First, string Last, int Size);

    internal sealed record NumberFeatureView(string Feature, bool Enabled);

    internal sealed record NineStatusView(int Status, string Text, string? Reason);

    internal sealed record NumberSetBody(int Index, string? DestinationType = null, string? DestinationIdentifier = null);

    internal sealed record NumberOrderBody(int Index, string Periods);

    internal sealed record NumberPinSetBody(string? Pin);

    internal sealed record NumberInfoBody(string? Info);
}

using Waybill.Core;
using Waybill.Core.Numbers;
using static Waybill.Portal.Api.ApiEndpoint;
using static Waybill.Portal.Api.NumberViews;

namespace Waybill.Portal.Api;

/// <summary>Numbers of accounts: finding, taking, giving back, setting. A token of one account has its own numbers; one of the provider's has all.</summary>
internal static class NumbersApi
{
    /// <summary>The scopes of numbers begin with it.</summary>
    public const string Scopes = "numbers:";

    private const string Read = "numbers:read";
    private const string Write = "numbers:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<NumberView>>("/v1/numbers", "listNumbers", Read, "List numbers in their order.", ListAsync, ApiPaging.With(
            Pattern, ApiParameter.Word<NumberState>("state", "in this state only"), ApiParameter.Text("account", "of one account only"))) with
        {
            Notes = "A page of a pattern that hardly anything fits can be short; next goes on.",
        },
        Get<Page<string>>(
            "/v1/numbers/free", "findFreeNumbers", Read, "List free numbers in no order, other ones each time; none is reserved.", FreeAsync,
            Pattern, ApiParameter.Number("limit", "how many at most; 1 unless given", 1, NumberLimits.Listed)),
        Get<NumberView>("/v1/numbers/{phone}", "showNumber", Read, "Show a number and what is set for it.", call => WithAsync(call, ShowAsync)),
        Get<Page<NumberChangeView>>("/v1/numbers/{phone}/history", "listNumberHistory", Read, "List what happened to a number, the latest first.", HistoryAsync, ApiPaging.Parameters),
        Post<NumberView>("/v1/numbers/{phone}/activate", "activateNumber", Write, "Give a free number to an account. Of two who want the same one gets it.", ActivateAsync, typeof(NumberTakerBody)),
        Post<NumberView>("/v1/numbers/{phone}/deactivate", "deactivateNumber", Write, "Give a number back; it is kept for its account for the time of quarantine.", call => WithAsync(call, (numbers, caller, number) =>
            numbers.DeactivateAsync(caller, number, call.Cancel))),
        Post<NumberView>("/v1/numbers/{phone}/reactivate", "reactivateNumber", Write, "Undo a deactivation while nobody else has taken the number.", call => WithAsync(call, (numbers, caller, number) =>
            numbers.ReactivateAsync(caller, number, call.Cancel))),
        Put<NumberView>("/v1/numbers/{phone}/targets/{index:long}", "setNumberTarget", Write, "Set where calls go, and when; null clears.", call => WithAsync(call, SetTargetAsync), typeof(NumberTargetBody)) with
        {
            Notes = $"index is 1 to {NumberLimits.Targets}; calls try them in turn. target is written as S:user@host, s:, E: or I:, F:mail or V:mail, or international digits; a password is shown as *** afterwards, which is refused as one. " +
                "periods is 0000 for always, or as 1-5:0900-1730; left out, always.",
        },
        Put<NumberView>("/v1/numbers/{phone}/pin", "setNumberPin", Write, "Set the PIN for voicemail, or null for none; it is not shown.", call => WithAsync(call, SetPinAsync), typeof(NumberPinBody)),
        Put<NumberView>("/v1/numbers/{phone}/features/{letter}", "setNumberFeature", Write, "Turn a feature on or off: D, J or U.", call => WithAsync(call, SetFeatureAsync), typeof(NumberFeatureBody)),
        Put<NumberView>("/v1/numbers/{phone}/information", "setNumberInformation", Write, "Set what is known of the number's user; null for nothing.", call => WithAsync(call, SetInformationAsync), typeof(NumberInformationBody)),
        Post<NumberBlockView>("/v1/number-blocks", "activateNumberBlock", Write, "Give so many free numbers in a row to an account, all or none.", ActivateBlockAsync, typeof(NewNumberBlockBody)).Creates(),
        Get<NumberBlockView>("/v1/numbers/{phone}/block", "showNumberBlock", Read, "Show the block that a number belongs to.", call => BlockAsync(call, static (numbers, caller, number, cancel) =>
            numbers.BlockOfAsync(caller, number, cancel))),
        Post<NumberBlockView>("/v1/numbers/{phone}/block/deactivate", "deactivateNumberBlock", Write, "Give back a block, named by its first number.", call => BlockAsync(call, static (numbers, caller, number, cancel) =>
            numbers.DeactivateBlockAsync(caller, number, cancel))),
        Post<NumberBlockView>("/v1/numbers/{phone}/block/reactivate", "reactivateNumberBlock", Write, "Undo that while nobody has taken a number of it.", call => BlockAsync(call, static (numbers, caller, number, cancel) =>
            numbers.ReactivateBlockAsync(caller, number, cancel))),
        Get<NumberAccount>("/v1/accounts/{number}/number-terms", "showNumberTerms", Read, "Show how many numbers an account holds and may, and where it may point them.", ShowTermsAsync),
        Put<NumberAccount>("/v1/accounts/{number}/number-terms", "setNumberTerms", Write, "Set that; null for what the configuration says.", SetTermsAsync, typeof(NumberAccountTerms)) with { AllAccounts = true },
        Get<Page<EmergencyRecordView>>("/v1/emergency-records", "listEmergencyRecords", Read, "List emergency records by how far they are: what is to be passed on.", ListEmergencyAsync, ApiPaging.With(
            ApiParameter.Word<EmergencyStatus>("status", "how far; submitted unless given"))) with { AllAccounts = true },
        Get<EmergencyRecordView>("/v1/numbers/{phone}/emergency", "showEmergencyRecord", Read, "Show what the emergency services are told of a number.", call => EmergencyAsync(call, static (numbers, caller, number, cancel) =>
            numbers.ShowEmergencyAsync(caller, number, cancel))),
        Put<EmergencyRecordView>("/v1/numbers/{phone}/emergency", "setEmergencyRecord", Write, "Set all fields of the emergency record; what is left out is cleared.", SetEmergencyAsync, typeof(EmergencyBody)),
        Post<EmergencyRecordView>("/v1/numbers/{phone}/emergency/validate", "validateEmergencyRecord", Write, "Check the record and have it sent to the emergency services.", call => EmergencyAsync(call, static (numbers, caller, number, cancel) =>
            numbers.ValidateEmergencyAsync(caller, number, cancel))),
        Post<EmergencyRecordView>("/v1/numbers/{phone}/emergency/answer", "answerEmergencyRecord", Write, "Enter what the emergency services answered; with `updated` of the record that was passed on, an answer to one that was changed since is refused.", AnswerEmergencyAsync, typeof(EmergencyAnswerBody)) with { AllAccounts = true },
    ];

    private static ApiParameter Pattern => ApiParameter.Text("pattern", "that fit: the beginning, or a number with _ for any digit, as 01224______");

    private static NumberCaller CallerOf(ApiCall call) => call.Token.Account is { } own ? NumberCaller.Of(own, call.Actor) : NumberCaller.Provider(call.Actor);

    /// <summary>The caller on behalf of an account; a token of one account has no other.</summary>
    private static Result<NumberCaller> CallerFor(ApiCall call, string? account) =>
        account is null || call.Token.Account is not null && call.Sees(account) ? CallerOf(call)
        : call.Token.Account is null ? NumberCaller.ProviderFor(account, call.Actor)
        : ApiCall.NoAccount(account);

    private static async ValueTask<ApiAnswer> ShowTermsAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        return account.Succeeded ? ApiAnswer.Of(await call.Get<NumberService>().AccountAsync(account.Value.Number, call.Cancel)) : account.Problem;
    }

    private static async ValueTask<ApiAnswer> SetTermsAsync(ApiCall call)
    {
        var (account, terms) = (await call.AccountAsync(), call.Body<NumberAccountTerms>());
        return account.Succeeded ? ApiAnswer.Of(await call.Get<NumberService>().SetAccountAsync(account.Value.Number, _ => terms, call.Actor, call.Cancel)) : account.Problem;
    }

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call)
    {
        var pattern = call.Text("pattern") is { } text ? NumberPattern.ParseTyped(text) : (Result<NumberPattern>?)null;
        return pattern is { Succeeded: false } ? pattern.Value.Problem! : ApiAnswer.Of(
            await call.Get<NumberService>().ListAsync(
                new NumberQuery { Pattern = pattern?.Value, State = call.Word<NumberState>("state"), Account = call.AccountAsked, Size = call.Limit, After = call.After }, call.Cancel),
            static page => ApiPaging.Of(page, View));
    }

    private static async ValueTask<ApiAnswer> FreeAsync(ApiCall call)
    {
        var pattern = NumberPattern.ParseTyped(call.Text("pattern") ?? "0");
        if (!pattern.Succeeded)
        {
            return pattern.Problem;
        }

        var free = await call.Get<NumberService>().ListFreeAsync(CallerOf(call), pattern.Value, (int)(call.Number("limit") ?? 1), call.Cancel);
        return free.Succeeded ? ApiAnswer.Of(ApiPaging.Whole(free.Value.Select(static number => number.National)))
            : free.Problem.Kind == ProblemKind.NotFound ? ApiAnswer.Of(ApiPaging.Whole<string>([]))
            : free.Problem;
    }

    private static async ValueTask<ApiAnswer> HistoryAsync(ApiCall call)
    {
        var number = NumberOf(call);
        if (!number.Succeeded)
        {
            return number.Problem;
        }

        // Also of a number that the account had, and that is another's now: of its own time.
        var page = await call.Get<NumberChanges>().OfAsync(number.Value, call.Token.Account, call.Limit, call.After, call.Cancel);
        if (page.Items.Count > 0 || call.After is not null)
        {
            return ApiAnswer.Of(ApiPaging.Of(page, View));
        }

        var shown = await call.Get<NumberService>().ShowAsync(CallerOf(call), number.Value, call.Cancel);
        return shown.Succeeded ? ApiAnswer.Of(ApiPaging.Of(page, View)) : shown.Problem;
    }

    private static ValueTask<Result<NumberDetails>> ShowAsync(NumberService numbers, NumberCaller caller, PhoneNumber number) => numbers.ShowAsync(caller, number);

    private static async ValueTask<ApiAnswer> ActivateAsync(ApiCall call)
    {
        var (number, caller) = (NumberOf(call), CallerFor(call, call.Body<NumberTakerBody>().Account));
        return !number.Succeeded ? number.Problem
            : !caller.Succeeded ? caller.Problem
            : ApiAnswer.Of(await call.Get<NumberService>().ActivateAsync(caller.Value, number.Value, call.Cancel), View);
    }

    private static async ValueTask<ApiAnswer> WithAsync(ApiCall call, Func<ApiCall, NumberService, NumberCaller, PhoneNumber, ValueTask<ApiAnswer>> set)
    {
        var number = NumberOf(call);
        return number.Succeeded ? await set(call, call.Get<NumberService>(), CallerOf(call), number.Value) : number.Problem;
    }

    private static ValueTask<ApiAnswer> WithAsync(ApiCall call, Func<NumberService, NumberCaller, PhoneNumber, ValueTask<Result<NumberDetails>>> change) =>
        WithAsync(call, async (_, numbers, caller, number) => ApiAnswer.Of(await change(numbers, caller, number), View));

    private static async ValueTask<ApiAnswer> SetTargetAsync(ApiCall call, NumberService numbers, NumberCaller caller, PhoneNumber number)
    {
        var (body, index) = (call.Body<NumberTargetBody>(), (int)Math.Min(int.MaxValue, call.PathNumber("index")));

        // A number that is not there is not there, whatever is wrong besides.
        if (await numbers.ShowAsync(caller, number, call.Cancel) is { Succeeded: false } unknown)
        {
            return unknown.Problem;
        }

        var target = body.Target is { } text ? NumberTarget.Parse(text) : (Result<NumberTarget>?)null;
        var periods = TargetPeriods.Parse(body.Periods ?? TargetPeriods.Always);
        if (target is { Succeeded: false } || !periods.Succeeded)
        {
            return (target is { Succeeded: false } ? target.Value.Problem : periods.Problem)!;
        }

        return ApiAnswer.Of(await numbers.SetTargetsAsync(caller, number, [new PlacedTarget(index, target?.Value, periods.Value)], call.Cancel), View);
    }

    private static async ValueTask<ApiAnswer> SetPinAsync(ApiCall call, NumberService numbers, NumberCaller caller, PhoneNumber number) =>
        ApiAnswer.Of(await numbers.SetPinAsync(caller, number, call.Body<NumberPinBody>().Pin, call.Cancel), View);

    private static async ValueTask<ApiAnswer> SetFeatureAsync(ApiCall call, NumberService numbers, NumberCaller caller, PhoneNumber number) =>
        call.Path("letter") is [var letter]
            ? ApiAnswer.Of(await numbers.SetFeatureAsync(caller, number, letter, call.Body<NumberFeatureBody>().IsOn, call.Cancel), View)
            : ApiProblem.NotFound($"There is no such feature. There are {string.Join(", ", NumberFeature.All.ToCharArray())}.");

    private static async ValueTask<ApiAnswer> SetInformationAsync(ApiCall call, NumberService numbers, NumberCaller caller, PhoneNumber number) =>
        ApiAnswer.Of(await numbers.SetInformationAsync(caller, number, call.Body<NumberInformationBody>().Information, call.Cancel), View);

    private static async ValueTask<ApiAnswer> ActivateBlockAsync(ApiCall call)
    {
        var body = call.Body<NewNumberBlockBody>();
        var (pattern, caller) = (NumberPattern.ParseTyped(body.Pattern), CallerFor(call, body.Account));
        return !pattern.Succeeded ? pattern.Problem
            : !caller.Succeeded ? caller.Problem
            : ApiAnswer.Of(await call.Get<NumberService>().ActivateBlockAsync(caller.Value, pattern.Value, body.Size, call.Cancel), View);
    }

    private static ValueTask<ApiAnswer> BlockAsync(ApiCall call, Func<NumberService, NumberCaller, PhoneNumber, CancellationToken, ValueTask<Result<NumberBlock>>> use) =>
        WithAsync(call, async (_, numbers, caller, number) => ApiAnswer.Of(await use(numbers, caller, number, call.Cancel), View));

    private static async ValueTask<ApiAnswer> ListEmergencyAsync(ApiCall call) => ApiAnswer.Of(ApiPaging.Of(
        await call.Get<NumberService>().ListEmergencyAsync(call.Word<EmergencyStatus>("status") ?? EmergencyStatus.Submitted, call.Limit, call.After, call.Cancel), View));

    private static ValueTask<ApiAnswer> EmergencyAsync(ApiCall call, Func<NumberService, NumberCaller, PhoneNumber, CancellationToken, ValueTask<Result<EmergencyRecord>>> use) =>
        WithAsync(call, async (_, numbers, caller, number) => ApiAnswer.Of(await use(numbers, caller, number, call.Cancel), View));

    private static ValueTask<ApiAnswer> SetEmergencyAsync(ApiCall call) => EmergencyAsync(call, async (numbers, caller, number, cancel) =>
    {
        var known = await numbers.ShowAsync(caller, number, cancel);
        var fields = Fields(call.Body<EmergencyBody>().Fields);
        return !known.Succeeded ? known.Problem : fields.Succeeded ? await numbers.ReplaceEmergencyAsync(caller, number, fields.Value, cancel) : fields.Problem;
    });

    private static ValueTask<ApiAnswer> AnswerEmergencyAsync(ApiCall call) => EmergencyAsync(call, (numbers, _, number, cancel) =>
        numbers.AnswerEmergencyAsync(number, call.Body<EmergencyAnswerBody>().Status, call.Body<EmergencyAnswerBody>().Reason, call.Body<EmergencyAnswerBody>().Updated, call.Actor, cancel));

    internal sealed record NumberTakerBody(string? Account = null);

    internal sealed record NumberTargetBody(string? Target, string? Periods = null);

    internal sealed record NumberPinBody(string? Pin);

    internal sealed record NumberFeatureBody(bool IsOn);

    internal sealed record NumberInformationBody(string? Information);

    internal sealed record NewNumberBlockBody(string Pattern, int Size, string? Account = null);

    internal sealed record EmergencyBody(IReadOnlyDictionary<string, string?> Fields);

    internal sealed record EmergencyAnswerBody(EmergencyStatus Status, string? Reason = null, DateTimeOffset? Updated = null);
}

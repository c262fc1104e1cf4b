using System.Globalization;
using Waybill.Core;
using Waybill.Core.Numbers;
using Waybill.Ntsapi.Numbers;
using CoreEmergencyField = Waybill.Core.Numbers.EmergencyField;
using EmergencyField = Waybill.Ntsapi.Numbers.EmergencyField;
using NumberBlock = Waybill.Ntsapi.Numbers.NumberBlock;
using NumberState = Waybill.Ntsapi.Numbers.NumberState;

namespace Waybill.Server.Hosting;

/// <summary>The numbers of one login's account, as NTSAPI asks for them. A number that somebody else has is never told of.</summary>
internal sealed class LoginNumbers(NumberService numbers, NumberCaller caller) : INtsapiNumbers
{
    public async ValueTask<NumberAnswer<string>> FindFreeAsync(string pattern) =>
        !NumberPattern.TryParse(pattern, out var wanted) ? NoPattern : Answer(await numbers.AllocateAsync(caller, wanted), static number => number.National);

    public async ValueTask<NumberAnswer<string>> FindTenAsync(string pattern) =>
        !NumberPattern.TryParse(pattern, out var wanted) ? NoPattern : Answer(await numbers.FindTenAsync(caller, wanted), static first => first.National[..^1]);

    public async ValueTask<NumberAnswer<IReadOnlyList<string>>> ListFreeAsync(string pattern, int count) =>
        !NumberPattern.TryParse(pattern, out var wanted) ? NoPattern
        : Answer(await numbers.ListFreeAsync(caller, wanted, Math.Min(count, NumberLimits.Listed)), static found => (IReadOnlyList<string>)[.. found.Select(static number => number.National)]);

    public async ValueTask<NumberAnswer> ActivateAsync(string number) => Answer(await numbers.ActivateAsync(caller, Number(number)));

    public async ValueTask<NumberAnswer> DeactivateAsync(string number) => Answer(await numbers.DeactivateAsync(caller, Number(number)));

    public async ValueTask<NumberAnswer> ReactivateAsync(string number) => Answer(await numbers.ReactivateAsync(caller, Number(number)));

    public async ValueTask<NumberAnswer<NumberState>> StateAsync(ServiceNumber number) => Answer(
        await numbers.ShowAsync(caller, Number(number)),
        static details => new NumberState(details.IsActive, details.Expires, [.. details.Targets.Select(static target => target?.ToString() ?? "")]));

    public async ValueTask<NumberAnswer> SetTargetAsync(ServiceNumber number, int index, string? target)
    {
        NumberTarget? parsed = null;
        if (target is not null)
        {
            var read = NumberTarget.Parse(target);
            if (!read.Succeeded)
            {
                return Of(read.Problem);
            }

            parsed = read.Value;
        }

        return Answer(await numbers.SetTargetAsync(caller, Number(number), index, parsed));
    }

    public async ValueTask<NumberAnswer> SetOrderAsync(ServiceNumber number, int index, string periods)
    {
        var read = TargetPeriods.Parse(periods);
        return read.Succeeded ? Answer(await numbers.SetPeriodsAsync(caller, Number(number), index, read.Value)) : Of(read.Problem);
    }

    public async ValueTask<NumberAnswer> SetPinAsync(string number, string? pin) => Answer(await numbers.SetPinAsync(caller, Number(number), pin));

    public async ValueTask<NumberAnswer<string>> FeaturesAsync(string number) => Answer(await numbers.ShowAsync(caller, Number(number)), static details => details.Features);

    public async ValueTask<NumberAnswer> SetFeatureAsync(string number, char letter, bool isOn) => Answer(await numbers.SetFeatureAsync(caller, Number(number), letter, isOn));

    public async ValueTask<NumberAnswer> SetInformationAsync(string number, string text) => Answer(await numbers.SetInformationAsync(caller, Number(number), text));

    public async ValueTask<NumberAnswer> CreateEmergencyAsync(ServiceNumber number) => Answer(await numbers.CreateEmergencyAsync(caller, Number(number)));

    public async ValueTask<NumberAnswer> SetEmergencyFieldAsync(ServiceNumber number, string field, string value) =>
        EmergencyRecord.FieldOf(field) is { } known
            ? await WithRecordAsync(number, Answer(await numbers.SetEmergencyAsync(caller, Number(number), known, value)))
            : new NumberAnswer(NumberResult.Invalid);

    public async ValueTask<NumberAnswer<IReadOnlyList<EmergencyField>>> EmergencyDataAsync(ServiceNumber number)
    {
        var record = Answer(await numbers.ShowEmergencyAsync(caller, Number(number)), static record => (IReadOnlyList<EmergencyField>)
        [
            .. Enum.GetValues<CoreEmergencyField>().Where(record.Fields.ContainsKey).Select(field => new EmergencyField(EmergencyRecord.Word(field), record.Fields[field])),
        ]);
        return record.IsDone ? record : await WithRecordAsync(number, record.Answer);
    }

    public async ValueTask<NumberAnswer<EmergencyState>> EmergencyStatusAsync(ServiceNumber number)
    {
        var record = Answer(await numbers.ShowEmergencyAsync(caller, Number(number)), static record => State(record.Status));
        return record.IsDone ? record
            : await WithRecordAsync(number, record.Answer) is { Result: not NumberResult.NotNow } problem ? problem
            : State(EmergencyStatus.None);
    }

    public async ValueTask<NumberAnswer<EmergencyValidation>> ValidateEmergencyAsync(ServiceNumber number)
    {
        var record = Answer(
            await numbers.ValidateEmergencyAsync(caller, Number(number)),
            static record => record.Status == EmergencyStatus.Accepted ? EmergencyValidation.Valid : EmergencyValidation.Parsed);
        return record.IsDone ? record : await WithRecordAsync(number, record.Answer);
    }

    public async ValueTask<NumberAnswer<NumberBlock>> ActivateBlockAsync(string pattern, int count) =>
        !NumberPattern.TryParse(pattern, out var wanted) ? NoPattern : Answer(await numbers.ActivateBlockAsync(caller, wanted, count), Block);

    public async ValueTask<NumberAnswer<NumberBlock>> BlockAsync(string number) => Answer(await numbers.BlockOfAsync(caller, Number(number)), Block);

    public async ValueTask<NumberAnswer> DeactivateBlockAsync(string first) => Answer(await numbers.DeactivateBlockAsync(caller, Number(first)));

    public async ValueTask<NumberAnswer> ReactivateBlockAsync(string first) => Answer(await numbers.ReactivateBlockAsync(caller, Number(first)));

    private static NumberAnswer NoPattern => new(NumberResult.NotFound);

    private static EmergencyState State(EmergencyStatus status) => new((int)status, status.Tell());

    private static PhoneNumber Number(string national) => Number(new ServiceNumber(national, IsPortedIn: false));

    // The engine has read it: 0 and 9 or 10 digits. Such as no plan has are nobody's.
    private static PhoneNumber Number(ServiceNumber number) => new(long.Parse(string.Concat("44", number.National.AsSpan(1)), NumberStyles.None, CultureInfo.InvariantCulture), number.IsPortedIn);

    private static NumberBlock Block(Waybill.Core.Numbers.NumberBlock block) => new(block.First.National, block.Last.National, block.Size);

    private static NumberAnswer Answer<T>(Result<T> result)
        where T : notnull => result.Succeeded ? NumberAnswer.Done : Of(result.Problem);

    private static NumberAnswer<TTo> Answer<TFrom, TTo>(Result<TFrom> result, Func<TFrom, TTo> told)
        where TFrom : notnull => result.Succeeded ? told(result.Value) : Of(result.Problem);

    private static NumberAnswer Of(Problem problem) => problem.Kind switch
    {
        ProblemKind.NotFound => new(NumberResult.NotFound),
        ProblemKind.Invalid => new(NumberResult.Invalid, problem.Message),
        ProblemKind.Forbidden => new(NumberResult.Forbidden, problem.Message),
        ProblemKind.TooFast => new(NumberResult.TooFast, problem.Message),
        ProblemKind.Busy or ProblemKind.Unusable => new(NumberResult.Unavailable),
        _ => new(NumberResult.NotNow, problem.Message),
    };

    /// <summary>Where there is no record, whether that is because the number is not the account's.</summary>
    private async ValueTask<NumberAnswer> WithRecordAsync(ServiceNumber number, NumberAnswer answer) =>
        answer.Result == NumberResult.NotFound && (await numbers.ShowAsync(caller, Number(number))).Succeeded
            ? new NumberAnswer(NumberResult.NotNow, "There is no emergency record of this number. Send CREATE first")
            : answer;
}

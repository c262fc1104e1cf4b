using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core;
using Waybill.Core.Numbers;

namespace Waybill.Portal.Api;

/// <summary>Numbers as the API shows and names them.</summary>
internal static class NumberViews
{
    /// <summary>The number of a path, or that there is none: what cannot be a number reads like one that is nobody's.</summary>
    public static Result<PhoneNumber> NumberOf(ApiCall call)
    {
        var text = call.Path("phone");
        return PhoneNumber.TryParse(text, out var number)
            ? number
            : new Problem(ProblemKind.NotFound, $"There is no number {(text.Length <= 64 ? text : text[..64] + "...")} here that is yours. Check its digits; write it as 01224000000.");
    }

    public static string? Day(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static NumberView View(NumberDetails number) => new(
        number.Number.National, number.State, number.Account, number.FormerAccount, Day(number.Expires), number.Ends, number.QuarantinedUntil, Targets(number, static target => target.ToShown()),
        number.HasPin, number.Features, number.Information, number.Block, number.Range);

    public static IReadOnlyList<NumberTargetView> Targets(NumberDetails number, Func<NumberTarget, string> show) =>
        [.. number.Targets.Select((target, i) => new NumberTargetView(i + 1, target is null ? null : show(target), number.Periods[i]?.Text ?? TargetPeriods.Always))];

    public static NumberRangeView View(NumberRange range) => new(
        range.Id, range.First.National, range.Last.National, range.Size, range.Terms.Band, range.Terms.SetupPrice, range.Terms.MonthlyPrice, range.Terms.Description, range.Created, range.CreatedBy,
        range.Counts.Free, range.Counts.Quarantined, range.Counts.Active, range.Counts.PortedIn, range.Counts.PortedOut);

    public static NumberBlockView View(NumberBlock block) => new(block.First.National, block.Last.National, block.Size, block.Account, block.Activated);

    public static NumberChangeView View(NumberChange change) =>
        new(change.Sequence, change.Number.National, change.Account, change.Kind, change.At, change.ActorKind, change.Actor, change.Data);

    public static EmergencyRecordView View(EmergencyRecord record) => new(record.Number.National, record.Status, record.Reason, Fields(record), record.Updated, record.UpdatedBy);

    /// <summary>The fields by their words, in their order.</summary>
    public static IReadOnlyDictionary<string, string> Fields(EmergencyRecord record) =>
        record.Fields.OrderBy(static each => each.Key).ToDictionary(static each => EmergencyRecord.Word(each.Key), static each => each.Value);

    /// <summary>The fields by their words, read; null is as good as empty.</summary>
    public static Result<IReadOnlyDictionary<EmergencyField, string>> Fields(IReadOnlyDictionary<string, string?> words)
    {
        var fields = new Dictionary<EmergencyField, string>();
        foreach (var (word, value) in words)
        {
            if (EmergencyRecord.FieldOf(word.ToUpperInvariant()) is not { } field || !fields.TryAdd(field, value ?? ""))
            {
                return new Problem(
                    ProblemKind.Invalid, $"A field is not known, or there twice. There are {string.Join(", ", Enum.GetValues<EmergencyField>().Select(EmergencyRecord.Word))}.");
            }
        }

        return fields;
    }

    internal sealed record NumberTargetView(int Index, string? Target, string Periods);

    internal sealed record NumberView(
        string Number, NumberState State, string? Account, string? FormerAccount, string? Expires, bool Ends, DateTimeOffset? QuarantinedUntil, IReadOnlyList<NumberTargetView> Targets, bool HasPin,
        string Features, string? Information, long? Block, long? Range);

    internal sealed record NumberRangeView(
        long Id, string First, string Last, long Size, string? Band, long? SetupPrice, long? MonthlyPrice, string? Description, DateTimeOffset Created, string CreatedBy, long Free,
        long Quarantined, long Active, long PortedIn, long PortedOut);

    internal sealed record NumberBlockView(string First, string Last, int Size, string Account, DateTimeOffset Activated);

    internal sealed record NumberChangeView(long Sequence, string Number, string? Account, string Kind, DateTimeOffset At, ActorKind ActorKind, string Actor, JsonObject Data);

    internal sealed record EmergencyRecordView(
        string Number, EmergencyStatus Status, string? Reason, IReadOnlyDictionary<string, string> Fields, DateTimeOffset Updated, string UpdatedBy);
}

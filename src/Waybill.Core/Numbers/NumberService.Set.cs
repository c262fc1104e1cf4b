using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>What is set for a number.</summary>
public sealed partial class NumberService
{
    /// <summary>Sets where calls go, or clears it; at once, also for calls that ring now.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="number">The number.</param>
    /// <param name="index">Which target: 1 to <see cref="NumberLimits.Targets"/>. Calls try them in turn.</param>
    /// <param name="target">Where to; null for nowhere.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetTargetAsync(NumberCaller caller, PhoneNumber number, int index, NumberTarget? target, CancellationToken cancellationToken = default) =>
        CheckIndex(index) is { } bad ? new(bad)
        : SetAsync(caller, number, portedToo: true, [TargetChange(number, index, target)], cancellationToken, (connection, found) => CheckPstn(connection, found, index, target));

    /// <summary>Sets when a target is used.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="number">The number.</param>
    /// <param name="index">Which target: 1 to <see cref="NumberLimits.Targets"/>.</param>
    /// <param name="periods">When.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetPeriodsAsync(NumberCaller caller, PhoneNumber number, int index, TargetPeriods periods, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(periods);
        return CheckIndex(index) is { } bad ? new(bad) : SetAsync(caller, number, portedToo: true, [PeriodsChange(number, index, periods)], cancellationToken);
    }

    /// <summary>Sets targets together with their periods, all or none: no call meets half of it.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="number">The number.</param>
    /// <param name="targets">Which places, each once, with what is to be there.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetTargetsAsync(NumberCaller caller, PhoneNumber number, IReadOnlyList<PlacedTarget> targets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return targets.Select(static placed => placed.Index).Distinct().Count() != targets.Count ? new(Problem.Invalid("A target is there twice. Name each once."))
            : targets.Select(static placed => CheckIndex(placed.Index)).FirstOrDefault(static bad => bad is not null) is { } bad ? new(bad)
            : SetAsync(
                caller, number, portedToo: true,
                [.. targets.SelectMany(placed => (NumberChanging[])[TargetChange(number, placed.Index, placed.Target), PeriodsChange(number, placed.Index, placed.Periods)])], cancellationToken,
                (connection, found) => targets.Select(placed => CheckPstn(connection, found, placed.Index, placed.Target)).FirstOrDefault(static bad => bad is not null));
    }

    /// <summary>Sets the PIN for voicemail, or removes it. Neither the audit nor any event tells it.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="number">The number.</param>
    /// <param name="pin"><see cref="NumberLimits.ShortestPin"/> to <see cref="NumberLimits.LongestPin"/> digits; null for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetPinAsync(NumberCaller caller, PhoneNumber number, string? pin, CancellationToken cancellationToken = default)
    {
        if (pin is not null && (pin.Length is < NumberLimits.ShortestPin or > NumberLimits.LongestPin || !pin.All(char.IsAsciiDigit)))
        {
            return new(Problem.Invalid($"A PIN is {NumberLimits.ShortestPin} to {NumberLimits.LongestPin} digits. Choose such a one."));
        }

        return SetAsync(
            caller, number, portedToo: false,
            [
                new(NumberActions.PinSet, (connection, _) =>
                {
                    connection.Execute("UPDATE phone_number SET pin = @pin WHERE number = @number", ("@pin", pin), ("@number", number.E164));
                    return new JsonObject { ["isSet"] = pin is not null };
                }),
            ],
            cancellationToken);
    }

    /// <summary>The PIN, for the provider's switch alone; it is no problem of a number to have none.</summary>
    public async ValueTask<Result<string>> PinAsync(PhoneNumber number, CancellationToken cancellationToken = default) => await database.ReadAsync<Result<string>>(
        connection => connection.First("SELECT pin FROM phone_number WHERE number = @number", static row => row.TextOrNull(0) ?? "", ("@number", number.E164)) is { } pin ? pin : Unknown(number),
        cancellationToken).ConfigureAwait(false);

    /// <summary>Turns a feature on or off.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="number">The number.</param>
    /// <param name="letter">One of <see cref="NumberFeature.All"/>.</param>
    /// <param name="isOn">Whether it is to be on.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetFeatureAsync(NumberCaller caller, PhoneNumber number, char letter, bool isOn, CancellationToken cancellationToken = default) =>
        NumberFeature.Check(letter) is { } bad ? new(bad) : SetAsync(caller, number, portedToo: false, [FeatureChange(number, letter, isOn)], cancellationToken);

    /// <summary>Sets what is known of the number's user, in one line, or clears it. Neither the audit nor the feed nor any event tells it.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="number">The number.</param>
    /// <param name="text">At most <see cref="NumberLimits.Information"/> characters; null or blank for nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetInformationAsync(NumberCaller caller, PhoneNumber number, string? text, CancellationToken cancellationToken = default)
    {
        var kept = KeptInformation(text);
        return kept.Succeeded ? SetAsync(caller, number, portedToo: false, [InformationChange(number, kept.Value)], cancellationToken) : new(kept.Problem);
    }

    /// <summary>Sets what is known of the number's user, and which features are on, both or neither.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="number">The number.</param>
    /// <param name="text">As in <see cref="SetInformationAsync"/>.</param>
    /// <param name="isOn">Says of each of <see cref="NumberFeature.All"/> whether it is to be on.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetInformationAndFeaturesAsync(
        NumberCaller caller, PhoneNumber number, string? text, Func<char, bool> isOn, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(isOn);
        var kept = KeptInformation(text);
        return kept.Succeeded
            ? SetAsync(
                caller, number, portedToo: false,
                [InformationChange(number, kept.Value), .. NumberFeature.All.Select(letter => FeatureChange(number, letter, isOn(letter)))], cancellationToken)
            : new(kept.Problem);
    }

    /// <summary>Sets the last day of a number's term, and whether it is renewed then.</summary>
    /// <param name="number">The number.</param>
    /// <param name="expires">The last day.</param>
    /// <param name="ends">Whether it is given back then, and not renewed.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetTermAsync(PhoneNumber number, DateOnly expires, bool ends, Actor actor, CancellationToken cancellationToken = default) => SetAsync(
        NumberCaller.Provider(actor), number, portedToo: false,
        [
            new(NumberActions.TermSet, (connection, _) =>
            {
                connection.Execute(
                    "UPDATE phone_number SET expires_on = @expires, ends = @ends WHERE number = @number", ("@expires", expires.ToColumn()), ("@ends", ends ? 1 : 0), ("@number", number.E164));
                return new JsonObject { ["expires"] = expires.ToColumn(), ["ends"] = ends };
            }),
        ],
        cancellationToken);

    private static Problem? CheckIndex(int index) =>
        index is >= 1 and <= NumberLimits.Targets ? null : Problem.Invalid($"A number has the targets 1 to {NumberLimits.Targets}. Name one of them.");

    /// <summary>The information as it is kept, empty for none; or what is wrong with it.</summary>
    private static Result<string> KeptInformation(string? text)
    {
        var kept = (text ?? "").Trim();
        return kept.Length > NumberLimits.Information ? Problem.Invalid($"The information has {kept.Length} characters, and {NumberLimits.Information} are the most. Shorten it.")
            : AuditText.Clean(kept, int.MaxValue, doubleBackslash: false) != kept
                ? Problem.Invalid("The information holds control characters or invisible marks. Type it again without them, in one line.")
            : kept;
    }

    private static NumberChanging TargetChange(PhoneNumber number, int index, NumberTarget? target) => new(NumberActions.TargetSet, (connection, found) =>
    {
        if (found.Targets[index - 1] == target)
        {
            return null;
        }

        connection.Execute(
            index switch
            {
                1 => "UPDATE phone_number SET target1 = @target WHERE number = @number",
                2 => "UPDATE phone_number SET target2 = @target WHERE number = @number",
                _ => "UPDATE phone_number SET target3 = @target WHERE number = @number",
            },
            ("@target", target?.ToString()), ("@number", number.E164));
        return new JsonObject { ["index"] = index, ["target"] = target?.ToShown() };
    });

    private static NumberChanging PeriodsChange(PhoneNumber number, int index, TargetPeriods periods) => new(NumberActions.PeriodsSet, (connection, found) =>
    {
        var kept = periods.Text == TargetPeriods.Always ? null : periods;
        if (found.Periods[index - 1] == kept)
        {
            return null;
        }

        connection.Execute(
            index switch
            {
                1 => "UPDATE phone_number SET periods1 = @periods WHERE number = @number",
                2 => "UPDATE phone_number SET periods2 = @periods WHERE number = @number",
                _ => "UPDATE phone_number SET periods3 = @periods WHERE number = @number",
            },
            ("@periods", kept?.Text), ("@number", number.E164));
        return new JsonObject { ["index"] = index, ["periods"] = periods.Text };
    });

    private static NumberChanging FeatureChange(PhoneNumber number, char letter, bool isOn) => new(NumberActions.FeatureSet, (connection, found) =>
    {
        var features = string.Concat(NumberFeature.All.Where(each => each == letter ? isOn : found.Features.Contains(each, StringComparison.Ordinal)));
        if (features == found.Features)
        {
            return null;
        }

        connection.Execute("UPDATE phone_number SET features = @features WHERE number = @number", ("@features", features.Length == 0 ? null : features), ("@number", number.E164));
        return new JsonObject { ["feature"] = letter.ToString(), ["isOn"] = isOn };
    });

    private static NumberChanging InformationChange(PhoneNumber number, string text) => new(NumberActions.InformationSet, (connection, found) =>
    {
        var kept = text.Length == 0 ? null : text;
        if (found.Information == kept)
        {
            return null;
        }

        connection.Execute("UPDATE phone_number SET information = @text WHERE number = @number", ("@text", kept), ("@number", number.E164));

        // Not the text: it names people and where they live, and the audit and the feed keep what they are told.
        return new JsonObject { ["information"] = kept is null ? "cleared" : "set" };
    });

    /// <summary>Calls to telephone numbers cost: not every account may send them there. What was set while it might stays.</summary>
    private Problem? CheckPstn(DatabaseConnection connection, NumberDetails found, int index, NumberTarget? target) =>
        target is not { Kind: TargetKind.Pstn } || found.Targets[index - 1] == target || (TermsOf(connection, found.AccountId!.Value).Terms.PstnTargets ?? options.PstnTargets) ? null
        : Problem.Refused($"Numbers of account {found.Account} cannot be pointed at telephone numbers, since such calls are charged. Use a SIP target, or ask the provider to allow it.");

    /// <summary>Changes what is set for a number that the caller has, all of it or nothing, each with its row of the audit and of the feed.</summary>
    private ValueTask<Result<NumberDetails>> SetAsync(
        NumberCaller caller, PhoneNumber number, bool portedToo, IReadOnlyList<NumberChanging> changes, CancellationToken cancellationToken,
        Func<DatabaseConnection, NumberDetails, Problem?>? check = null) =>
        ChangeAsync<NumberDetails>(
            caller,
            transaction =>
            {
                var connection = transaction.Connection;
                var held = Held(connection, caller, number, portedToo);
                if (!held.Succeeded)
                {
                    return held;
                }

                if (check?.Invoke(connection, held.Value) is { } bad)
                {
                    return bad;
                }

                var now = held.Value;
                foreach (var (kind, change) in changes)
                {
                    if (change(connection, now) is { } data)
                    {
                        _recorder.Record(transaction, caller.Actor, kind, now.Number, (now.AccountId, now.Account), data);
                        now = NumberSql.Find(connection, number.E164)!;
                    }
                }

                return now;
            },
            cancellationToken);

    /// <summary>A change of one thing that is set.</summary>
    /// <param name="Kind">One of <see cref="NumberActions"/>.</param>
    /// <param name="Change">Makes it and says what is so now; null when it was so already, and nothing is told.</param>
    private sealed record NumberChanging(string Kind, Func<DatabaseConnection, NumberDetails, JsonObject?> Change);
}

/// <summary>What is to be in a place for targets.</summary>
/// <param name="Index">Which place: 1 to <see cref="NumberLimits.Targets"/>.</param>
/// <param name="Target">Where to; null for nowhere.</param>
/// <param name="Periods">When it is used.</param>
public sealed record PlacedTarget(int Index, NumberTarget? Target, TargetPeriods Periods);

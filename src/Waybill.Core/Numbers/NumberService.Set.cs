using System.Text.Json.Nodes;
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
    public ValueTask<Result<NumberDetails>> SetTargetAsync(NumberCaller caller, PhoneNumber number, int index, NumberTarget? target, CancellationToken cancellationToken = default)
    {
        if (CheckIndex(index) is { } bad)
        {
            return new(bad);
        }

        if (target is { Kind: TargetKind.Pstn } && !options.PstnTargets)
        {
            return new(Problem.Refused("Numbers of this provider cannot be pointed at telephone numbers. Use a SIP target, or ask the provider."));
        }

        return SetAsync(
            caller, number, NumberActions.TargetSet, portedToo: true,
            (connection, found) =>
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
            },
            cancellationToken);
    }

    /// <summary>Sets when a target is used.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="number">The number.</param>
    /// <param name="index">Which target: 1 to <see cref="NumberLimits.Targets"/>.</param>
    /// <param name="periods">When.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetPeriodsAsync(NumberCaller caller, PhoneNumber number, int index, TargetPeriods periods, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(periods);
        if (CheckIndex(index) is { } bad)
        {
            return new(bad);
        }

        var kept = periods.Text == TargetPeriods.Always ? null : periods;
        return SetAsync(
            caller, number, NumberActions.PeriodsSet, portedToo: true,
            (connection, found) =>
            {
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
            },
            cancellationToken);
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
            caller, number, NumberActions.PinSet, portedToo: false,
            (connection, _) =>
            {
                connection.Execute("UPDATE phone_number SET pin = @pin WHERE number = @number", ("@pin", pin), ("@number", number.E164));
                return new JsonObject { ["isSet"] = pin is not null };
            },
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
    public ValueTask<Result<NumberDetails>> SetFeatureAsync(NumberCaller caller, PhoneNumber number, char letter, bool isOn, CancellationToken cancellationToken = default)
    {
        if (NumberFeature.Check(letter) is { } bad)
        {
            return new(bad);
        }

        return SetAsync(
            caller, number, NumberActions.FeatureSet, portedToo: false,
            (connection, found) =>
            {
                var features = string.Concat(NumberFeature.All.Where(each => each == letter ? isOn : found.Features.Contains(each, StringComparison.Ordinal)));
                if (features == found.Features)
                {
                    return null;
                }

                connection.Execute(
                    "UPDATE phone_number SET features = @features WHERE number = @number", ("@features", features.Length == 0 ? null : features), ("@number", number.E164));
                return new JsonObject { ["feature"] = letter.ToString(), ["isOn"] = isOn };
            },
            cancellationToken);
    }

    /// <summary>Sets what is known of the number's user, in one line, or clears it. Neither the audit nor the feed nor any event tells it.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="number">The number.</param>
    /// <param name="text">At most <see cref="NumberLimits.Information"/> characters; null or blank for nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetInformationAsync(NumberCaller caller, PhoneNumber number, string? text, CancellationToken cancellationToken = default)
    {
        var kept = string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        if (kept?.Length > NumberLimits.Information)
        {
            return new(Problem.Invalid($"The information has {kept.Length} characters, and {NumberLimits.Information} are the most. Shorten it."));
        }

        if (kept is not null && Audit.AuditText.Clean(kept, int.MaxValue, doubleBackslash: false) != kept)
        {
            return new(Problem.Invalid("The information holds control characters or invisible marks. Type it again without them, in one line."));
        }

        return SetAsync(
            caller, number, NumberActions.InformationSet, portedToo: false,
            (connection, found) =>
            {
                if (found.Information == kept)
                {
                    return null;
                }

                connection.Execute("UPDATE phone_number SET information = @text WHERE number = @number", ("@text", kept), ("@number", number.E164));

                // Not the text: it names people and where they live, and the audit and the feed keep what they are told.
                return new JsonObject { ["information"] = kept is null ? "cleared" : "set" };
            },
            cancellationToken);
    }

    /// <summary>Sets the last day of a number's term, and whether it is renewed then.</summary>
    /// <param name="number">The number.</param>
    /// <param name="expires">The last day.</param>
    /// <param name="ends">Whether it is given back then, and not renewed.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberDetails>> SetTermAsync(PhoneNumber number, DateOnly expires, bool ends, Actor actor, CancellationToken cancellationToken = default) => SetAsync(
        NumberCaller.Provider(actor), number, NumberActions.TermSet, portedToo: false,
        (connection, _) =>
        {
            connection.Execute(
                "UPDATE phone_number SET expires_on = @expires, ends = @ends WHERE number = @number", ("@expires", expires.ToColumn()), ("@ends", ends ? 1 : 0), ("@number", number.E164));
            return new JsonObject { ["expires"] = expires.ToColumn(), ["ends"] = ends };
        },
        cancellationToken);

    private static Problem? CheckIndex(int index) =>
        index is >= 1 and <= NumberLimits.Targets ? null : Problem.Invalid($"A number has the targets 1 to {NumberLimits.Targets}. Name one of them.");

    /// <summary>Changes what is set for a number that the caller has; null from <paramref name="change"/> means that it was so already, and nothing is told.</summary>
    private ValueTask<Result<NumberDetails>> SetAsync(
        NumberCaller caller, PhoneNumber number, string kind, bool portedToo, Func<DatabaseConnection, NumberDetails, JsonObject?> change, CancellationToken cancellationToken) =>
        database.WriteAsync<NumberDetails>(
            transaction =>
            {
                var connection = transaction.Connection;
                var held = Held(connection, caller, number, portedToo);
                if (!held.Succeeded || change(connection, held.Value) is not { } data)
                {
                    return held;
                }

                _recorder.Record(transaction, caller.Actor, kind, held.Value.Number, (held.Value.AccountId, held.Value.Account), data);
                return NumberSql.Find(connection, number.E164)!;
            },
            cancellationToken);
}

using System.Text.Json.Nodes;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>
/// What the emergency services are told (domain.md 1.6). A record is created, its fields are set, and when it is validated it goes to them; each change after that begins it
/// anew.
/// </summary>
public sealed partial class NumberService
{
    /// <summary>Begins an empty record, for the first time or for another owner; one that was there is gone.</summary>
    public ValueTask<Result<EmergencyRecord>> CreateEmergencyAsync(NumberCaller caller, PhoneNumber number, CancellationToken cancellationToken = default) => EmergencyAsync(
        caller, number, NumberActions.EmergencyCreated, isNeeded: false,
        _ => Blank(caller, number),
        cancellationToken);

    /// <summary>Sets a field of a record that there is; an empty value clears it.</summary>
    public ValueTask<Result<EmergencyRecord>> SetEmergencyAsync(
        NumberCaller caller, PhoneNumber number, EmergencyField field, string value, CancellationToken cancellationToken = default)
    {
        var read = EmergencyRecord.Read(field, value);
        return !read.Succeeded ? new(read.Problem) : EmergencyAsync(
            caller, number, NumberActions.EmergencySet, isNeeded: true,
            before => Changed(caller, before!, With(before!.Fields, field, read.Value)),
            cancellationToken);
    }

    /// <summary>Sets all fields at once, begins the record if there is none, and validates it if it is to be.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="number">The number.</param>
    /// <param name="fields">The fields; what is empty or not named is cleared.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<EmergencyRecord>> ReplaceEmergencyAsync(
        NumberCaller caller, PhoneNumber number, IReadOnlyDictionary<EmergencyField, string> fields, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var kept = new Dictionary<EmergencyField, string>();
        foreach (var (field, value) in fields)
        {
            var read = EmergencyRecord.Read(field, value);
            if (!read.Succeeded)
            {
                return read.Problem;
            }

            if (read.Value.Length > 0)
            {
                kept[field] = read.Value;
            }
        }

        return await EmergencyAsync(
            caller, number, NumberActions.EmergencySet, isNeeded: false, before => Changed(caller, before ?? Blank(caller, number), kept), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks a record and, when it is complete, has it sent to the emergency services; one that was sent and not changed since is not sent again.</summary>
    public ValueTask<Result<EmergencyRecord>> ValidateEmergencyAsync(NumberCaller caller, PhoneNumber number, CancellationToken cancellationToken = default) => ChangeAsync<EmergencyRecord>(
        caller,
        transaction =>
        {
            var found = Emergency(transaction.Connection, caller, number);
            if (!found.Succeeded || found.Value.Record is not { } record)
            {
                return found.Succeeded ? NoRecord(number) : found.Problem;
            }

            if (record.Check() is { } missing)
            {
                return missing;
            }

            if (record.Status is EmergencyStatus.Accepted or EmergencyStatus.Submitted or EmergencyStatus.Manual or EmergencyStatus.Validating)
            {
                return record;
            }

            return Write(transaction, caller, found.Value.Number, NumberActions.EmergencySubmitted, record with { Status = EmergencyStatus.Submitted, Reason = null, Updated = time.GetUtcNow(), UpdatedBy = caller.Actor.Name });
        },
        cancellationToken);

    /// <summary>The record of a number that the caller has.</summary>
    public ValueTask<Result<EmergencyRecord>> ShowEmergencyAsync(NumberCaller caller, PhoneNumber number, CancellationToken cancellationToken = default) => LookAsync<EmergencyRecord>(
        caller,
        connection => Emergency(connection, caller, number) is var found && !found.Succeeded ? found.Problem : found.Value.Record is { } record ? record : NoRecord(number),
        cancellationToken);

    /// <summary>Enters what the emergency services answered.</summary>
    /// <param name="number">The number.</param>
    /// <param name="status">What they said; not that there is none.</param>
    /// <param name="reason">Why it was rejected; needed then.</param>
    /// <param name="seen"><see cref="EmergencyRecord.Updated"/> of what was passed on, so that an answer to it does not become one to what has been written since; null to answer whatever is there.</param>
    /// <param name="actor">Who enters it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<EmergencyRecord>> AnswerEmergencyAsync(
        PhoneNumber number, EmergencyStatus status, string? reason, DateTimeOffset? seen, Actor actor, CancellationToken cancellationToken = default)
    {
        if (status is EmergencyStatus.None or EmergencyStatus.Received || !Enum.IsDefined(status))
        {
            return Problem.Invalid("An answer is accepted, validating, submitted, manual or rejected. Give one of these.");
        }

        if (status == EmergencyStatus.Rejected && Words.Check("reason", reason ?? "") is { } bad)
        {
            return bad;
        }

        var caller = NumberCaller.Provider(actor);
        return await ChangeAsync<EmergencyRecord>(
            caller,
            transaction =>
            {
                var found = Emergency(transaction.Connection, caller, number);
                if (!found.Succeeded || found.Value.Record is not { } record)
                {
                    return found.Succeeded ? NoRecord(number) : found.Problem;
                }

                if (record.Status == EmergencyStatus.Received)
                {
                    return Problem.Refused($"The emergency record of {number} is being written and was not passed on: there is no answer to it. Wait until it is validated.");
                }

                return seen is { } version && version.ToColumn() != record.Updated.ToColumn()
                    ? Problem.Refused($"The emergency record of {number} was changed after what you saw, by {record.UpdatedBy}. Pass it on anew, and enter the answer to that.")
                    : Write(transaction, caller, found.Value.Number, NumberActions.EmergencyAnswered, record with
                    {
                        Status = status, Reason = status == EmergencyStatus.Rejected ? reason : null, Updated = time.GetUtcNow(), UpdatedBy = actor.Name,
                    });
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Records by how far they are, in the order of the numbers: what is to be passed on. Those of numbers that were given back wait with their numbers.</summary>
    public ValueTask<Page<EmergencyRecord>> ListEmergencyAsync(EmergencyStatus status, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<EmergencyRecord>.Clamp(size);
        var from = PhoneNumber.TryParse(after, out var last) ? last.E164 : 0;
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    EmergencySql.ListStatement, EmergencySql.Read,
                    ("@status", (long)status), ("@from", from), ("@limit", size + 1));
                return new Page<EmergencyRecord>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].Number.National : null);
            },
            cancellationToken);
    }

    private static Problem NoRecord(PhoneNumber number) => Problem.NotFound($"There is no emergency record of {number}. Create it first.");

    private static Result<(NumberDetails Number, EmergencyRecord? Record)> Emergency(DatabaseConnection connection, NumberCaller caller, PhoneNumber number) =>
        Held(connection, caller, number, portedToo: true) is var held && held.Succeeded ? (held.Value, EmergencySql.Find(connection, number)) : held.Problem!;

    private static Dictionary<EmergencyField, string> With(IReadOnlyDictionary<EmergencyField, string> fields, EmergencyField field, string value)
    {
        var changed = fields.ToDictionary();
        changed.Remove(field);
        if (value.Length > 0)
        {
            changed[field] = value;
        }

        return changed;
    }

    private EmergencyRecord Blank(NumberCaller caller, PhoneNumber number) =>
        new(number, new Dictionary<EmergencyField, string>(), EmergencyStatus.Received, null, time.GetUtcNow(), caller.Actor.Name);

    /// <summary>Other fields, and so nothing that was answered before holds; the same fields leave it as it is.</summary>
    private EmergencyRecord Changed(NumberCaller caller, EmergencyRecord before, Dictionary<EmergencyField, string> fields) =>
        before.Fields.Count == fields.Count && fields.All(each => before.Fields.TryGetValue(each.Key, out var value) && value == each.Value)
            ? before
            : before with { Fields = fields, Status = EmergencyStatus.Received, Reason = null, Updated = time.GetUtcNow(), UpdatedBy = caller.Actor.Name };

    private ValueTask<Result<EmergencyRecord>> EmergencyAsync(
        NumberCaller caller, PhoneNumber number, string kind, bool isNeeded, Func<EmergencyRecord?, EmergencyRecord> change, CancellationToken cancellationToken) =>
        ChangeAsync<EmergencyRecord>(
            caller,
            transaction =>
            {
                var found = Emergency(transaction.Connection, caller, number);
                if (!found.Succeeded)
                {
                    return found.Problem;
                }

                var before = found.Value.Record;
                return before is null && isNeeded ? NoRecord(number)
                    : change(before) is var record && ReferenceEquals(record, before) ? record
                    : Write(transaction, caller, found.Value.Number, kind, record);
            },
            cancellationToken);

    private EmergencyRecord Write(WriteTransaction transaction, NumberCaller caller, NumberDetails number, string kind, EmergencyRecord record)
    {
        EmergencySql.Write(transaction.Connection, record);
        _recorder.Record(
            transaction, caller.Actor, kind, number.Number, (number.AccountId, number.Account),
            new JsonObject { ["status"] = record.Status.ToWord(), ["reason"] = record.Reason, ["fields"] = string.Join(' ', record.Fields.Keys.Order().Select(EmergencyRecord.Word)) });
        return record;
    }
}

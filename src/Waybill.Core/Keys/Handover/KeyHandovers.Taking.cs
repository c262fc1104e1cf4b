using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Links;

namespace Waybill.Core.Keys.Handover;

/// <content>The customer's side, and staff who read out.</content>
public sealed partial class KeyHandovers
{
    /// <summary>Characters of an attempt: 32 random bytes as base64url.</summary>
    public const int AttemptLength = 43;

    private static Problem NotThere { get; } = Problem.NotFound("This link opens nothing: it was used, it is too old, or it was replaced by a newer one. Ask for a new one.");

    /// <summary>
    /// What a page keeps for its browser (a cookie), so that this browser, and nobody else who has link and code, can repeat a download that broke.
    /// </summary>
    public static string NewAttempt() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What a link opens; null when nothing. Nothing is used up by it.</summary>
    /// <param name="token">What stands in the link, from anybody.</param>
    /// <param name="attempt">What the browser holds of an earlier visit; null when nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<HandoverOffer?> FindAsync(string? token, string? attempt = null, CancellationToken cancellationToken = default) => _database.ReadAsync(
        connection => Look(connection, token, attempt, _time.GetUtcNow()) is { Row: { } row } look
            ? new HandoverOffer(
                row.Part, row.UserName, look.IsRepeat ? row.Taken!.Value + HandoverLimits.Repeat : row.Expires, Math.Max(0, HandoverLimits.WrongCodes - row.WrongCodes), look.IsRepeat)
            : null,
        cancellationToken);

    /// <summary>
    /// The final act: hands a part over, once. Of any number of calls at once, in any process, one succeeds; the attempt that did may repeat it for
    /// <see cref="HandoverLimits.Repeat"/>. The caller disposes the parcel.
    /// </summary>
    /// <param name="token">What stands in the link, from anybody.</param>
    /// <param name="code">What the person typed; blanks and dashes do not matter.</param>
    /// <param name="attempt">From <see cref="NewAttempt"/>, kept by the browser.</param>
    /// <param name="address">Where the request came from.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<HandoverParcel>> TakeAsync(string? token, string? code, string? attempt, string? address, CancellationToken cancellationToken = default)
    {
        // Whoever has no link costs a read and never the writer's turn.
        if (attempt is not { Length: AttemptLength } || await FindAsync(token, attempt, cancellationToken).ConfigureAwait(false) is null)
        {
            return NotThere;
        }

        var taking = await _database.WriteAsync<Taking>(transaction => Take(transaction, token, code ?? "", attempt, address), cancellationToken).ConfigureAwait(false);
        return !taking.Succeeded ? taking.Problem : taking.Value.Problem is { } problem ? problem : taking.Value.Parcel!;
    }

    /// <summary>The passphrase, for staff who tell it to the customer on the telephone: that hands it over. It can be shown again for <see cref="HandoverLimits.Repeat"/>.</summary>
    public ValueTask<Result<HandoverParcel>> ReadOutAsync(long id, Actor actor, CancellationToken cancellationToken = default) => _database.WriteAsync<HandoverParcel>(
        transaction =>
        {
            var connection = transaction.Connection;
            var now = _time.GetUtcNow();
            if (HandoverSql.Find(connection, id) is not { } view)
            {
                return FindOpen(connection, id).Problem!;
            }

            if (view.Passphrase.Recipient is { } recipient)
            {
                return Problem.Refused($"The passphrase of handover {id} goes to {recipient} by a link, and is not read out. Cancel the handover to do it otherwise.");
            }

            return HandoverSql.FindPart(connection, id, HandoverPart.Passphrase, now) is { } row && (row.Taken is null || row.Taken > now - HandoverLimits.Repeat)
                ? HandOver(transaction, row, null, actor, "read out by staff")
                : Problem.Refused($"The passphrase of handover {id} is not here any more: it was read out, or its time is over. Generate a new key.");
        },
        cancellationToken);

    private (PartRow? Row, bool IsRepeat) Look(DatabaseConnection connection, string? token, string? attempt, DateTimeOffset now)
    {
        foreach (var part in Enum.GetValues<HandoverPart>())
        {
            if (_links.Find(connection, token, Purpose(part)) is { } link)
            {
                return (HandoverSql.FindPart(connection, long.Parse(link.Subject, CultureInfo.InvariantCulture), part, now), false);
            }
        }

        // The link is used up, by whom?
        return attempt is { Length: AttemptLength } ? (HandoverSql.FindTaken(connection, Hash(attempt), now - HandoverLimits.Repeat), true) : default;
    }

    private Result<Taking> Take(WriteTransaction transaction, string? token, string code, string attempt, string? address)
    {
        var connection = transaction.Connection;
        var (row, isRepeat) = Look(connection, token, attempt, _time.GetUtcNow());
        if (row?.CodeHash is null || row.WrongCodes >= HandoverLimits.WrongCodes)
        {
            return new Taking(NotThere, null);
        }

        // After a restore the sealing key is another one, and no code is right: that is said, and counts as no wrong one.
        var content = _seal.Open(row.Id, row.Part, row.Sha256, row.Sealed);
        if (!content.Succeeded)
        {
            return content.Problem;
        }

        CryptographicOperations.ZeroMemory(content.Value);
        var actor = Actor.System with { Address = address };
        var hash = _seal.HashCode(row.Id, row.Part, row.Sha256, SpokenCode.Digits(code));
        if (!hash.Succeeded)
        {
            return hash.Problem;
        }

        if (!CryptographicOperations.FixedTimeEquals(hash.Value, row.CodeHash))
        {
            // What counts it is committed: a refusal that rolled back could be tried for ever.
            return new Taking(CountWrongCode(transaction, row, actor), null);
        }

        if (!isRepeat && _links.Redeem(transaction, token, Purpose(row.Part)) is null)
        {
            return new Taking(NotThere, null);
        }

        var parcel = HandOver(transaction, row, Hash(attempt), actor, (isRepeat ? "again, by the link of " : "by the link of ") + row.Recipient);
        return parcel.Succeeded ? new Taking(null, parcel.Value) : parcel.Problem;
    }

    private Result<HandoverParcel> HandOver(WriteTransaction transaction, PartRow row, byte[]? attemptHash, Actor actor, string how)
    {
        var connection = transaction.Connection;
        var now = _time.GetUtcNow();
        var content = _seal.Open(row.Id, row.Part, row.Sha256, row.Sealed);
        if (!content.Succeeded)
        {
            return content.Problem;
        }

        HandoverSql.Take(connection, row, attemptHash, now);
        HandoverSql.Complete(connection, row.Id, now);
        _audit.Append(transaction, Entry(HandoverActions.HandedOver, actor, HandoverSql.Find(connection, row.Id)!, $"{Name(row.Part)} of {row.Sha256}, {how}"));
        return new HandoverParcel(row.Part, row.FileName, row.UserName, row.Sha256, content.Value);
    }

    private Problem CountWrongCode(WriteTransaction transaction, PartRow row, Actor actor)
    {
        var connection = transaction.Connection;
        HandoverSql.CountWrongCode(connection, row);
        var left = HandoverLimits.WrongCodes - row.WrongCodes - 1;
        var view = HandoverSql.Find(connection, row.Id)!;
        _audit.Append(transaction, Entry(HandoverActions.Refused, actor, view, $"wrong code for the {Name(row.Part)}, {left} tries left") with { Outcome = AuditOutcome.Refused });
        if (left > 0)
        {
            return Problem.Refused($"This is not the code. {left} tries are left; the code is told to you by telephone, and stands in no mail.");
        }

        EventSql.Raise(
            connection, HandoverTopics.Locked, row.AccountId,
            new JsonObject { ["handover"] = row.Id, ["user"] = row.UserName, ["key"] = row.Sha256, ["part"] = Name(row.Part), ["recipient"] = row.Recipient, ["address"] = actor.Address },
            _time.GetUtcNow());
        return Problem.Refused("This is not the code, and the link has ended with it, since too many wrong ones were typed. Ask for a new one.");
    }

    private static byte[] Hash(string attempt) => SHA256.HashData(Encoding.UTF8.GetBytes(attempt));

    /// <summary>What was decided and committed: a parcel, or why not.</summary>
    private sealed record Taking(Problem? Problem, HandoverParcel? Parcel);
}

using System.Collections.Concurrent;
using Waybill.Core.Database;

namespace Waybill.Core.Tokens;

/// <summary>
/// Requests with an <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header): a program that got no answer asks again with the same key, and what it wanted is
/// done once. A request that was cut off by the end of the process may be begun again after its lease; while the process lives it remembers which of its own are under way,
/// however long they take.
/// </summary>
/// <param name="database">Where answers are kept.</param>
/// <param name="time">The clock.</param>
public sealed class IdempotentRequests(WaybillDatabase database, TimeProvider time)
{
    /// <summary>Characters of a key.</summary>
    public const int KeyLength = 128;

    /// <summary>Bytes of an answer that is kept; of a longer one only its status is.</summary>
    public const int AnswerLength = 64 * 1024;

    /// <summary>Keys that one caller may have in <see cref="Memory"/>.</summary>
    public const int MaximumPerCaller = 10_000;

    private const int PurgeBatch = 100;

    /// <summary>Those that this process has begun and not ended, each until when it is remembered: one that could not be ended would otherwise be there for good.</summary>
    private readonly ConcurrentDictionary<(string Caller, string Key), DateTimeOffset> _live = new();

    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    /// <summary>How long a request is believed to be under way that another process began.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>Begins a request, or says what became of it.</summary>
    /// <param name="caller">Whose key it is: tokens do not meet each other's.</param>
    /// <param name="key">The key.</param>
    /// <param name="request">A hash of all that the request is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<IdempotentStart>> BeginAsync(string caller, string key, ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length is 0 or > KeyLength || !key.All(static letter => letter is > ' ' and <= '~'))
        {
            return Problem.Invalid($"An Idempotency-Key has 1 to {KeyLength} visible ASCII characters. Send a random one, such as a UUID.");
        }

        var start = await database.WriteAsync<IdempotentStart>(
            transaction =>
            {
                var connection = transaction.Connection;
                var now = time.GetUtcNow();
                connection.Execute(
                    "DELETE FROM idempotent_request WHERE (caller, key) IN (SELECT caller, key FROM idempotent_request WHERE begun_at <= @oldest ORDER BY begun_at LIMIT @batch)",
                    ("@oldest", (now - Memory).ToColumn()), ("@batch", PurgeBatch));
                var known = connection.First(
                    "SELECT request, begun_at, status, content_type, answer FROM idempotent_request WHERE caller = @caller AND key = @key AND begun_at > @oldest",
                    static row => new Known(row.Bytes(0), row.Time(1), row.IsDBNull(2) ? null : row.GetInt32(2), row.TextOrNull(3), row.IsDBNull(4) ? [] : row.Bytes(4)),
                    ("@caller", caller), ("@key", key), ("@oldest", (now - Memory).ToColumn()));
                if (known is not null && !request.Span.SequenceEqual(known.Request))
                {
                    return new IdempotentStart(IdempotentState.Mismatch);
                }

                if (known?.Status is { } status)
                {
                    return new IdempotentStart(IdempotentState.Answered, new IdempotentAnswer(status, known.ContentType, known.Answer));
                }

                if (_live.ContainsKey((caller, key)) || (known is not null && now - known.Begun < Lease))
                {
                    return new IdempotentStart(IdempotentState.UnderWay);
                }

                if (known is null && connection.Number("SELECT count(*) FROM idempotent_request WHERE caller = @caller", ("@caller", caller)) >= MaximumPerCaller)
                {
                    return Problem.LimitReached($"{MaximumPerCaller} keys were used in {Memory.TotalHours} hours. Send requests that need none without a key, or wait.");
                }

                connection.Execute(
                    "INSERT OR REPLACE INTO idempotent_request (caller, key, request, begun_at) VALUES (@caller, @key, @request, @now)",
                    ("@caller", caller), ("@key", key), ("@request", request.ToArray()), ("@now", now.ToColumn()));
                return new IdempotentStart(IdempotentState.Begin);
            },
            cancellationToken).ConfigureAwait(false);
        if (start.Succeeded && start.Value.State == IdempotentState.Begin)
        {
            // Until here the lease of the row keeps others out.
            _live[(caller, key)] = DateTimeOffset.MaxValue;
        }

        return start;
    }

    /// <summary>It was done: from now on the key is answered with this. If that cannot be written the key stays under way: it must not be done again.</summary>
    public async ValueTask<Outcome> EndAsync(string caller, string key, IdempotentAnswer answer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var kept = answer.Content.Length <= AnswerLength;
        Forget(caller, key, time.GetUtcNow() + Memory);
        var result = await database.WriteAsync<int>(
            transaction => transaction.Connection.Execute(
                "UPDATE idempotent_request SET status = @status, content_type = @type, answer = @answer WHERE caller = @caller AND key = @key",
                ("@status", answer.Status), ("@type", kept ? answer.ContentType : null), ("@answer", kept ? answer.Content.ToArray() : null), ("@caller", caller), ("@key", key)),
            cancellationToken).ConfigureAwait(false);
        if (result.Succeeded)
        {
            _live.TryRemove((caller, key), out _);
        }

        return new Outcome(result.Problem);
    }

    /// <summary>Nothing was done (the request was wrong, or something failed): the key is free again.</summary>
    public async ValueTask<Outcome> ForgetAsync(string caller, string key, CancellationToken cancellationToken = default)
    {
        var result = await database.WriteAsync<int>(
            transaction => transaction.Connection.Execute(
                "DELETE FROM idempotent_request WHERE caller = @caller AND key = @key AND status IS NULL", ("@caller", caller), ("@key", key)),
            cancellationToken).ConfigureAwait(false);
        _live.TryRemove((caller, key), out _);
        return new Outcome(result.Problem);
    }

    /// <summary>Remembers one for as long only, and forgets those whose time is over.</summary>
    private void Forget(string caller, string key, DateTimeOffset until)
    {
        var now = time.GetUtcNow();
        foreach (var (each, end) in _live)
        {
            if (end <= now)
            {
                _live.TryRemove(each, out _);
            }
        }

        _live[(caller, key)] = until;
    }

    private sealed record Known(byte[] Request, DateTimeOffset Begun, int? Status, string? ContentType, byte[] Answer);
}

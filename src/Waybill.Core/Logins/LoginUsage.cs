using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Logins;

/// <summary>
/// Notes when logins, keys and passwords were last used. Kept in memory and written together every few seconds, since a fsync for each login would buy nothing: the
/// audit log has every login already.
/// </summary>
public sealed class LoginUsage : IAsyncDisposable
{
    /// <summary>How long a note waits to be written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The most notes that wait; those of further keys and passwords are dropped until the next writing.</summary>
    public const int MaximumWaiting = 10_000;

    private readonly WaybillDatabase _database;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private Dictionary<(bool IsKey, long Id), Use> _waiting = [];
    private bool _armed;

    /// <summary>Starts with nothing waiting.</summary>
    /// <param name="database">Where it is written.</param>
    /// <param name="time">The clock.</param>
    public LoginUsage(WaybillDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _timer = time.CreateTimer(_ => _ = FlushAsync().AsTask(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A key logged in. Returns at once.</summary>
    /// <param name="loginId">The login.</param>
    /// <param name="keyId">The key.</param>
    /// <param name="address">From where.</param>
    /// <param name="client">With which software, as the client says; it is escaped and cut here.</param>
    public void Note(long loginId, long keyId, string address, string client) => Note((true, keyId), loginId, address, client);

    /// <summary>A password logged in. Returns at once.</summary>
    /// <param name="loginId">The login.</param>
    /// <param name="address">From where.</param>
    /// <param name="client">With which software, as the client says; it is escaped and cut here.</param>
    public void NotePassword(long loginId, string address, string client) => Note((false, loginId), loginId, address, client);

    private void Note((bool IsKey, long Id) what, long loginId, string address, string client)
    {
        var use = new Use(loginId, _time.GetUtcNow(), address, AuditText.Clean(client, Words.MaximumLength, doubleBackslash: false)!);
        lock (_lock)
        {
            if (_waiting.Count < MaximumWaiting || _waiting.ContainsKey(what))
            {
                _waiting[what] = use;
            }

            if (!_armed)
            {
                _armed = _timer.Change(Interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Writes what waits.</summary>
    public async ValueTask<Outcome> FlushAsync(CancellationToken cancellationToken = default)
    {
        Dictionary<(bool IsKey, long Id), Use> notes;
        lock (_lock)
        {
            notes = _waiting;
            _waiting = [];
            _armed = false;
        }

        if (notes.Count == 0)
        {
            return Outcome.Done;
        }

        try
        {
            var result = await _database.WriteAsync<int>(
                transaction =>
                {
                    foreach (var (what, use) in notes)
                    {
                        Write(transaction.Connection, what, use);
                    }

                    return notes.Count;
                },
                cancellationToken).ConfigureAwait(false);
            return new Outcome(result.Problem);
        }
        catch (ObjectDisposedException)
        {
            return Problem.Unusable("The database is closed.");
        }
    }

    /// <summary>Writes what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false);
    }

    private static void Write(DatabaseConnection connection, (bool IsKey, long Id) what, Use use)
    {
        var time = use.Time.ToColumn();
        connection.Execute(
            what.IsKey
                ? "UPDATE login_key SET last_used_at = @time, last_used_from = @from, last_used_client = @client WHERE id = @id"
                : "UPDATE login_password SET last_used_at = @time, last_used_from = @from, last_used_client = @client WHERE login_id = @id",
            ("@time", time),
            ("@from", use.Address),
            ("@client", use.Client),
            ("@id", what.Id));
        connection.Execute(
            "UPDATE login SET last_login_at = @time WHERE id = @id AND (last_login_at IS NULL OR last_login_at < @time)",
            ("@time", time),
            ("@id", use.LoginId));
    }

    private readonly record struct Use(long LoginId, DateTimeOffset Time, string Address, string Client);
}

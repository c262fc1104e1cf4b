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

    /// <summary>The most notes that wait, and the most names of clients; those of further keys and passwords are dropped until the next writing.</summary>
    public const int MaximumWaiting = 10_000;

    private readonly WaybillDatabase _database;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private Dictionary<(bool IsKey, long Id), Use> _waiting = [];
    private Dictionary<long, (PasswordUse Use, string Client)> _names = [];
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
    /// <returns>What <see cref="NameClient"/> needs to know of it.</returns>
    public PasswordUse NotePassword(long loginId, string address, string client) => new(loginId, Note((false, loginId), loginId, address, client), address);

    /// <summary>
    /// The client of a login by password has said what it is when it was in: that stands where the login itself does, unless there was another login since. Returns at once,
    /// and costs no more however often it comes.
    /// </summary>
    /// <param name="used">The login.</param>
    /// <param name="client">The software, as the client says; it is escaped and cut here.</param>
    public void NameClient(PasswordUse used, string client)
    {
        ArgumentNullException.ThrowIfNull(used);
        lock (_lock)
        {
            // Of two sessions the later one is what is shown.
            if (_names.TryGetValue(used.LoginId, out var other) ? other.Use.Time <= used.Time : _names.Count < MaximumWaiting)
            {
                _names[used.LoginId] = (used, Cleaned(client));
            }

            Arm();
        }
    }

    private DateTimeOffset Note((bool IsKey, long Id) what, long loginId, string address, string client)
    {
        var use = new Use(loginId, _time.GetUtcNow(), address, Cleaned(client));
        lock (_lock)
        {
            if (_waiting.Count < MaximumWaiting || _waiting.ContainsKey(what))
            {
                _waiting[what] = use;
            }

            Arm();
        }

        return use.Time;
    }

    private void Arm()
    {
        if (!_armed)
        {
            _armed = _timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Writes what waits.</summary>
    public async ValueTask<Outcome> FlushAsync(CancellationToken cancellationToken = default)
    {
        Dictionary<(bool IsKey, long Id), Use> notes;
        Dictionary<long, (PasswordUse Use, string Client)> names;
        lock (_lock)
        {
            (notes, names) = (_waiting, _names);
            (_waiting, _names) = ([], []);
            _armed = false;
        }

        if (notes.Count + names.Count == 0)
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

                    foreach (var (use, client) in names.Values)
                    {
                        Write(transaction.Connection, use, client);
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

    private static void Write(DatabaseConnection connection, PasswordUse use, string client)
    {
        connection.Execute(
            "UPDATE login_password SET last_used_client = @client WHERE login_id = @id AND last_used_at = @time AND last_used_from = @from",
            ("@client", client), ("@id", use.LoginId), ("@time", use.Time.ToColumn()), ("@from", use.Address));
        if (use.PlainAt is { } plain)
        {
            connection.Execute("UPDATE login_ftp SET plain_client = @client WHERE login_id = @id AND plain_at = @time", ("@client", client), ("@id", use.LoginId), ("@time", plain.ToColumn()));
        }
    }

    private static string Cleaned(string client) => AuditText.Clean(client, Words.MaximumLength, doubleBackslash: false)!;

    private readonly record struct Use(long LoginId, DateTimeOffset Time, string Address, string Client);
}

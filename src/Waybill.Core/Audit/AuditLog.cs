using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Waybill.Core.Database;

namespace Waybill.Core.Audit;

/// <summary>
/// The append-only record of everything that anyone did, in the database, with a keyed chain and an anchor outside of it. Entries that arrive together are
/// committed together. Several processes may append at once.
/// </summary>
/// <remarks>
/// Whoever appends while nobody writes, writes on its own thread: a writer of its own would cost each upload two changes of threads, which on a busy machine take
/// longer than the disk. Whoever comes meanwhile is in the next group (docs/decisions/0007).
/// </remarks>
public sealed class AuditLog : IAsyncDisposable
{
    private readonly WaybillDatabase _database;
    private readonly TimeProvider _time;
    private readonly byte[] _key;
    private readonly AuditAnchor _anchor;
    private readonly string _anchorPath;
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(AuditLimits.Waiting);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly List<Pending> _group = [];
    private int _laterBegun;
    private volatile bool _failing;

    private AuditLog(WaybillDatabase database, byte[] key, string anchorPath, TimeProvider time)
    {
        _database = database;
        _time = time;
        _key = key;
        _anchorPath = anchorPath;
        _anchor = new AuditAnchor(anchorPath, key);
    }

    /// <summary>Makes the key and the first anchor of a new data directory.</summary>
    public static Result<AuditLog> Create(WaybillDatabase database, string keyPath, string anchorPath, TimeProvider time)
    {
        var key = AuditKey.Create(keyPath);
        if (!key.Succeeded)
        {
            return key.Problem;
        }

        try
        {
            // From its first moment on a log has an anchor, so that an emptied one is told from a new one.
            using var anchor = new AuditAnchor(anchorPath, key.Value);
            anchor.Write(AuditHead.Empty, replaced: null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return AnchorProblem(anchorPath);
        }

        return new AuditLog(database, key.Value, anchorPath, time);
    }

    /// <summary>Opens the log of an initialised data directory; without its key nothing may run.</summary>
    public static Result<AuditLog> Open(WaybillDatabase database, string keyPath, string anchorPath, TimeProvider time)
    {
        var key = AuditKey.Read(keyPath);
        return key.Succeeded ? new AuditLog(database, key.Value, anchorPath, time) : key.Problem;
    }

    /// <summary>
    /// Records one entry; completes when it is durable. Whoever gets a problem must not go on as if it were recorded.
    /// </summary>
    public async ValueTask<Outcome> AppendAsync(AuditEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var pending = new Pending(entry, lost: null);
        if (await QueueAsync(pending, cancellationToken).ConfigureAwait(false) is { } problem)
        {
            return problem;
        }

        // Once queued it will be written; to stop waiting would leave the caller not knowing.
        await WriteGroupsAsync(pending.Task).ConfigureAwait(false);
        return await pending.Task.ConfigureAwait(false);
    }

    /// <summary>
    /// Records one entry that nobody's answer depends on: completes when it is queued, in its turn. It is durable before whatever is appended after it, and
    /// written at the latest after <see cref="AuditLimits.Later"/>. While the log cannot be written this waits and fails like <see cref="AppendAsync"/>.
    /// </summary>
    /// <param name="entry">The entry.</param>
    /// <param name="lost">Called when it was queued and could not be written after all.</param>
    public async ValueTask<Outcome> AppendLaterAsync(AuditEntry entry, Action lost)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(lost);
        if (_failing)
        {
            return await AppendAsync(entry).ConfigureAwait(false);
        }

        if (await QueueAsync(new Pending(entry, lost), CancellationToken.None).ConfigureAwait(false) is { } problem)
        {
            return problem;
        }

        if (_queue.Reader.Count >= AuditLimits.Group)
        {
            await WriteGroupsAsync(Task.CompletedTask).ConfigureAwait(false);
        }
        else if (Interlocked.Exchange(ref _laterBegun, 1) == 0)
        {
            _ = WriteLaterAsync();
        }

        return Outcome.Done;
    }

    /// <summary>Completes when everything that was recorded before is in the database, also what nobody waited for.</summary>
    internal async ValueTask CatchUpAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            // What comes meanwhile is others' and need not be waited for.
            for (var groups = (_queue.Reader.Count / AuditLimits.Group) + 1; groups > 0 && HasWaiting; groups--)
            {
                await WriteGroupAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }

        await WriteGroupsAsync(Task.CompletedTask).ConfigureAwait(false);
    }

    /// <summary>Reads every row and the anchor, and says all that was done to them.</summary>
    public ValueTask<AuditVerification> VerifyAsync(CancellationToken cancellationToken = default) =>
        new AuditVerifier(_database, _key, _anchor).RunAsync(cancellationToken);

    /// <summary>Takes rows that are not there yet into the index that <see cref="AuditQuery.Text"/> is searched by; a search does so itself, and waits for it.</summary>
    public ValueTask<Outcome> IndexAsync(CancellationToken cancellationToken = default) => AuditIndex.CatchUpAsync(_database, cancellationToken);

    /// <summary>Looks for rows, the newest first.</summary>
    public ValueTask<Page<AuditRecord>> SearchAsync(AuditQuery query, CancellationToken cancellationToken = default) =>
        AuditSearch.RunAsync(_database, query, cancellationToken);

    /// <summary>Writes what is queued, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing.WaitAsync().ConfigureAwait(false);
        while (HasWaiting)
        {
            await WriteGroupAsync().ConfigureAwait(false);
        }

        _writing.Release();
        _anchor.Dispose();
    }

    /// <summary>Adds a row to a transaction that changes something else: both become durable, or neither.</summary>
    internal void Append(WriteTransaction transaction, AuditEntry entry) => Insert(transaction, StateOf(transaction), entry);

    private AppendState StateOf(WriteTransaction transaction)
    {
        if (transaction.AuditState is AppendState there)
        {
            return there;
        }

        var state = Begin(transaction);
        transaction.AuditState = state;
        transaction.AfterCommit(() => MoveAnchor(state));
        return state;
    }

    /// <summary>Adds an entry of a group. What contradicts the database fails alone: the others are of other sessions, and of other customers.</summary>
    private Problem? TryAppend(WriteTransaction transaction, AuditEntry entry)
    {
        var state = StateOf(transaction);
        if (entry.Effect is null)
        {
            Insert(transaction, state, entry);
            return null;
        }

        transaction.Connection.Execute("SAVEPOINT entry");
        try
        {
            Insert(transaction, state, entry);
        }
        catch (SqliteException error) when (error.SqliteErrorCode == DatabaseException.Constraint)
        {
            transaction.Connection.Execute("ROLLBACK TO entry");
            transaction.Connection.Execute("RELEASE entry");
            return Problem.Unusable("What was done contradicts what the catalogue has. Run `waybill files scan`.");
        }

        transaction.Connection.Execute("RELEASE entry");
        return null;
    }

    private static Problem AnchorProblem(string path) => Problem.Unusable(
        $"The audit anchor {path} cannot be written. Check the room and rights of its directory; until then nothing may be changed.");

    private bool HasWaiting => _queue.Reader.TryPeek(out _);

    private async ValueTask<Problem?> QueueAsync(Pending pending, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(pending, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ChannelClosedException)
        {
            return Problem.Unusable("The audit log is closed: the server is stopping.");
        }
    }

    /// <summary>
    /// Writes what waits, unless somebody is writing: whoever that is looks again after leaving, so nothing queued is forgotten.
    /// </summary>
    /// <param name="own">When it is done, others' entries are left to another thread: no session serves them for ever.</param>
    private async ValueTask WriteGroupsAsync(Task? own)
    {
        while (HasWaiting && _writing.Wait(0))
        {
            try
            {
                await WriteGroupAsync().ConfigureAwait(false);
            }
            finally
            {
                _writing.Release();
            }

            if (own is { IsCompleted: true } && HasWaiting)
            {
                _ = Task.Run(() => WriteGroupsAsync(own: null).AsTask());
                return;
            }
        }
    }

    private async Task WriteLaterAsync()
    {
        await Task.Delay(AuditLimits.Later).ConfigureAwait(false);
        Volatile.Write(ref _laterBegun, 0);
        await WriteGroupsAsync(own: null).ConfigureAwait(false);
    }

    /// <summary>The caller holds <see cref="_writing"/>.</summary>
    private async ValueTask WriteGroupAsync()
    {
        while (_group.Count < AuditLimits.Group && _queue.Reader.TryRead(out var pending))
        {
            _group.Add(pending);
        }

        var outcome = await CommitAsync(_group).ConfigureAwait(false);
        _failing = !outcome.Succeeded;
        foreach (var pending in _group)
        {
            pending.End(outcome.Succeeded && pending.Refused is { } refused ? refused : outcome);
        }

        _group.Clear();
    }

    private async ValueTask<Outcome> CommitAsync(List<Pending> group)
    {
        try
        {
            var result = await _database.WriteAsync<int>(transaction =>
            {
                foreach (var pending in group)
                {
                    pending.Refused = TryAppend(transaction, pending.Entry);
                }

                return group.Count;
            }).ConfigureAwait(false);
            return new Outcome(result.Problem);
        }
        catch (Exception e)
        {
            // Whatever it was, those who wait must hear that nothing is recorded, and the next ones must be served.
            return Problem.Unusable($"The audit log cannot be written ({e.GetType().Name}). Run `waybill doctor`.");
        }
    }

    /// <summary>
    /// Reads the head, and whether anchor and database still belong together. Where they do not, going on in silence would move the anchor over the
    /// evidence; so the first new row says it, for good.
    /// </summary>
    private AppendState Begin(WriteTransaction transaction)
    {
        var connection = transaction.Connection;
        var anchor = ReadAnchor();
        var head = AuditSql.Head(connection);
        var state = new AppendState(head);
        var trouble = anchor switch
        {
            { State: AnchorState.Missing } => "the anchor file was missing",
            { State: AnchorState.Forged } => "the anchor file was not written with this key",
            { Head.Count: 0 } => null,
            _ when anchor.Head.IsSameAs(head) => null,
            _ when anchor.Head.Count > head.Count => $"the anchor knew {anchor.Head.Count} rows, the database held {head.Count}",
            _ when AuditSql.HashOf(connection, anchor.Head.Count) is { } hash && hash.AsSpan().SequenceEqual(anchor.Head.Hash) => null,
            _ => $"row {anchor.Head.Count} was another one than the anchor knew",
        };
        if (trouble is not null)
        {
            state.Replaced = anchor;
            Insert(transaction, state, new AuditEntry(AuditActions.AuditGap, Actor.System)
            {
                Outcome = AuditOutcome.Failed,
                Detail = $"Rows may be lost before this one, or an old database was restored: {trouble}. Anchor: {anchor.Head.Count} {Convert.ToHexStringLower(anchor.Head.Hash)}",
            });
        }

        return state;
    }

    private void Insert(WriteTransaction transaction, AppendState state, AuditEntry entry)
    {
        var row = new AuditRow(
            state.Head.Count + 1,
            _time.GetUtcNow().ToColumn(),
            entry.Actor.Kind.ToWord(),
            AuditText.Clean(entry.Actor.Name, AuditLimits.Name, doubleBackslash: true)!,
            AuditText.Clean(entry.Action, AuditLimits.Name, doubleBackslash: true)!,
            AuditText.Clean(entry.Account, AuditLimits.Name, doubleBackslash: true),
            AuditText.Clean(entry.Subject, AuditLimits.Subject, doubleBackslash: true),
            AuditText.Clean(entry.Actor.Address, AuditLimits.Name, doubleBackslash: true),
            AuditText.Clean(entry.Actor.Connection, AuditLimits.Name, doubleBackslash: true),
            entry.Outcome.ToWord(),
            AuditText.Clean(entry.Detail, AuditLimits.Detail, doubleBackslash: false),
            state.Head.Hash,
            Hash: []);
        row = row with { Hash = AuditChain.Hash(_key, row) };
        AuditSql.Insert(transaction.Connection, row);
        entry.Effect?.Apply(transaction.Connection);
        state.Head = new AuditHead(row.Sequence, row.Hash);
    }

    private AnchorReading ReadAnchor()
    {
        try
        {
            return _anchor.Read(toWrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Before anything was changed; the database turns it into the problem of the whole transaction.
            throw new DatabaseException(AnchorProblem(_anchorPath), e);
        }
    }

    private Problem? MoveAnchor(AppendState state)
    {
        try
        {
            _anchor.Write(state.Head, state.Replaced);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return AnchorProblem(_anchorPath);
        }
    }

    private sealed class AppendState(AuditHead head)
    {
        public AuditHead Head { get; set; } = head;

        public AnchorReading? Replaced { get; set; }
    }

    private sealed class Pending(AuditEntry entry, Action? lost) : TaskCompletionSource<Outcome>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public AuditEntry Entry { get; } = entry;

        /// <summary>Why it alone could not be written.</summary>
        public Problem? Refused { get; set; }

        public void End(Outcome outcome)
        {
            if (!outcome.Succeeded)
            {
                lost?.Invoke();
            }

            SetResult(outcome);
        }
    }
}

namespace Waybill.Core.Database;

/// <summary>A transaction on the one writing connection: BEGIN IMMEDIATE, so that what it reads stays true until it commits, in other processes too.</summary>
internal sealed class WriteTransaction(DatabaseConnection connection)
{
    private Func<Problem?>? _afterCommit;

    /// <summary>The connection that it runs on.</summary>
    public DatabaseConnection Connection { get; } = connection;

    /// <summary>What the audit log knows about its head inside this transaction.</summary>
    public object? AuditState { get; set; }

    /// <summary>Whether it is in the database, whatever came after: a change that failed behind its commit is not undone.</summary>
    public bool IsCommitted { get; private set; }

    /// <summary>Runs once the transaction is durable and before the writer is free for others; its problem becomes that of the whole change.</summary>
    public void AfterCommit(Func<Problem?> action) => _afterCommit = action;

    /// <summary>Tells live sessions of every process that logins, keys or accounts changed.</summary>
    public void TouchLogins() => Connection.Execute("UPDATE revision SET value = value + 1 WHERE topic = 'logins'");

    public Problem? RunAfterCommit()
    {
        IsCommitted = true;
        return _afterCommit?.Invoke();
    }
}

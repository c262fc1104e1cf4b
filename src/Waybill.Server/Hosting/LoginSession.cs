using Waybill.Core;
using Waybill.Core.Catalogue;
using Waybill.Core.Logins;
using Waybill.Core.Vaults;
using Waybill.Server.Configuration;
using Waybill.Server.Control;
using Waybill.Storage;
using Waybill.Storage.Quotas;

namespace Waybill.Server.Hosting;

/// <summary>A login that was let in: its files, and the record of what it does with them.</summary>
internal sealed class LoginSession(Installation installation, LiveSession session, Actor actor, IAccessRules rules, WaybillConfiguration configuration) : IAsyncDisposable
{
    public CancellationToken Kicked => session.Kicked;

    public Login Login => session.Login;

    /// <summary>Since when its login must use TLS, where it was ended because it does not.</summary>
    public DateTimeOffset? TlsFrom => session.TlsFrom;

    /// <summary>The client has said what it is.</summary>
    public void NameClient(string client) => session.NameClient(client);

    /// <summary>The login as the audit has it.</summary>
    public Actor Actor => actor;

    public IAccessRules Rules => rules;

    public VaultPath StartDirectory => Login.StartDirectory ?? VaultPath.Root;

    /// <summary>What stands in front of its store: the archive, or the confirming of a collector.</summary>
    public IStoreFront? OpenFront() => installation.FrontOf(Login, rules, actor, configuration);

    /// <summary>Its way to the quotas; store and journal share one.</summary>
    public SessionQuota? OpenQuota() => installation.OpenQuota(Login);

    public IFileJournal JournalOf(string protocol, SessionQuota? quota)
    {
        var journal = new FileJournal(
            installation.Audit, actor, protocol, installation.Layout.ViewOf(Login, installation.Accounts), TimeProvider.System,
            Login.Kind == LoginKind.Publisher ? installation.Feeds : null);
        return quota is null ? journal : new QuotaJournal(journal, quota);
    }

    public StoreResult<IFileStore> OpenStore(IStoreFront? front, SessionQuota? quota) => installation.OpenStore(Login, rules, front, quota, actor);

    public ValueTask DisposeAsync()
    {
        installation.Sessions.Remove(session);
        session.Dispose();
        return ValueTask.CompletedTask;
    }
}

using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Core.Quotas;
using Waybill.Core.Vaults;
using Waybill.Server.Configuration;
using Waybill.Server.Control;
using Waybill.Storage;
using Waybill.Storage.EventLoop;
using Waybill.Storage.Local;
using Waybill.Storage.Quotas;

namespace Waybill.Server;

/// <summary>What lies in a data directory, opened: the services of Core, and for a server the vaults and the live sessions too.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly DiskPace _pace = new(TimeProvider.System);
    private readonly VaultLayout? _layout;
    private LocalVaults? _vaults;

    private Installation(DataDirectory data, WaybillDatabase database, AuditLog audit, WaybillConfiguration? configuration)
    {
        Data = data;
        Database = database;
        Audit = audit;
        Accounts = new AccountService(database, audit, TimeProvider.System);
        Logins = new LoginService(database, audit, TimeProvider.System);
        Keys = new KeyService(database, audit, TimeProvider.System);
        BurntKeys = new BurntKeys(database, audit, TimeProvider.System);
        Directory = new LoginDirectory(database, TimeProvider.System);
        Usage = new LoginUsage(database, TimeProvider.System);
        Catalogue = new FileCatalogue(database);
        Quotas = new QuotaService(database, audit, TimeProvider.System);
        QuotaLedger = new QuotaLedger(database, TimeProvider.System);
        _layout = configuration is null ? null : new VaultLayout(ConfigurationCheck.Layout(configuration.Layout));
    }

    public DataDirectory Data { get; }

    public AuditLog Audit { get; }

    public AccountService Accounts { get; }

    public LoginService Logins { get; }

    public KeyService Keys { get; }

    public BurntKeys BurntKeys { get; }

    public LoginDirectory Directory { get; }

    public LoginUsage Usage { get; }

    public FileCatalogue Catalogue { get; }

    public QuotaService Quotas { get; }

    public QuotaLedger QuotaLedger { get; }

    public VaultDirectories Folders => new(Data.Vaults, Layout);

    public SessionRegistry Sessions { get; } = new();

    public VaultLayout Layout => _layout ?? throw new InvalidOperationException("The layout is configuration, and this was opened without any.");

    public LocalVaults Vaults => _vaults ?? throw new InvalidOperationException("The vaults are opened by a server only.");

    public WaybillDatabase Database { get; }

    /// <summary>Makes database, audit key and anchor in a directory that has none.</summary>
    public static Installation Create(DataDirectory data, WaybillConfiguration configuration)
    {
        var database = Require(WaybillDatabase.Create(data.Database));
        return new Installation(data, database, Require(AuditLog.Create(database, data.AuditKey, data.AuditAnchor, TimeProvider.System)), configuration);
    }

    /// <summary>Opens what is there; the configuration is for whoever makes or serves vaults.</summary>
    public static Installation Open(DataDirectory data, WaybillConfiguration? configuration = null)
    {
        data.RequireInitialised();
        var database = Require(WaybillDatabase.Open(data.Database));
        return new Installation(data, database, Require(AuditLog.Open(database, data.AuditKey, data.AuditAnchor, TimeProvider.System)), configuration);
    }

    /// <summary>Opens the vaults for a server.</summary>
    public void OpenVaults(WaybillConfiguration configuration)
    {
        _vaults = new LocalVaults(Data.Vaults, new LocalStoreOptions
        {
            Durability = ConfigurationCheck.IsDurable(configuration.Storage.Durability) ? Durability.Full : Durability.Rename,
            Links = configuration.Sftp.Links,
            ReserveBytes = configuration.Storage.ReserveBytes,
        });
    }

    /// <summary>A session's way to the quotas of its account and login; its store and its journal share one.</summary>
    public SessionQuota? OpenQuota(Login login) =>
        login.Account is { } account ? QuotaLedger.Open(account, login.UserName, new VaultView(account, VaultLayout.RootInVault(login))) : null;

    /// <summary>A login's own view of its vault.</summary>
    public StoreResult<IFileStore> OpenStore(Login login, IAccessRules rules, SessionQuota? quota)
    {
        var root = login.Account + VaultLayout.RootInVault(login);
        var opened = Vaults.OpenStore(VaultPath.Parse("/" + root), rules, quota);
        return opened.Succeeded ? new(StoreError.None, new EventLoopFileStore(opened.Value, _pace)) : opened;
    }

    public async ValueTask RecordAsync(string action, string? subject, string? detail = null)
    {
        var outcome = await Audit.AppendAsync(new AuditEntry(action, Actor.Operator(Environment.UserName)) { Subject = subject, Detail = detail });
        if (!outcome.Succeeded)
        {
            throw CommandException.Of(outcome.Problem);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _vaults?.Dispose();
        await Usage.DisposeAsync();
        await Audit.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static T Require<T>(Result<T> result)
        where T : notnull => result.Succeeded ? result.Value : throw CommandException.Of(result.Problem);
}

using System.Globalization;
using Waybill.Core;
using Waybill.Core.AccountFiles;
using Waybill.Core.Accounts;
using Waybill.Core.Arrivals;
using Waybill.Core.Audit;
using Waybill.Core.Backup;
using Waybill.Core.Billing;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Diagnosis;
using Waybill.Core.Expectations;
using Waybill.Core.Feeds;
using Waybill.Core.Inbound;
using Waybill.Core.Keys;
using Waybill.Core.Keys.Generation;
using Waybill.Core.Keys.Handover;
using Waybill.Core.Keys.Life;
using Waybill.Core.Links;
using Waybill.Core.Logins;
using Waybill.Core.Notifications;
using Waybill.Core.Numbers;
using Waybill.Core.Onboarding;
using Waybill.Core.Packs;
using Waybill.Core.Passwords;
using Waybill.Core.People;
using Waybill.Core.Porting;
using Waybill.Core.Quotas;
using Waybill.Core.Retention;
using Waybill.Core.Scheduling;
using Waybill.Core.Tokens;
using Waybill.Core.Vaults;
using Waybill.Core.Vaults.Mounts;
using Waybill.Server.Configuration;
using Waybill.Server.Control;
using Waybill.Server.HostKeys;
using Waybill.Server.Scheduling;
using Waybill.Storage;
using Waybill.Storage.EventLoop;
using Waybill.Storage.Local;
using Waybill.Storage.Quotas;

namespace Waybill.Server;

/// <summary>What lies in a data directory, opened: the services of Core, and for a server the vaults and the live sessions too.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly VaultLayout? _layout;
    private readonly FeedTypes _feeds;
    private readonly NumberTurns _numberTurns = new(TimeProvider.System);
    private LocalVaults? _vaults;
    private FileArchive? _archive;

    private Installation(DataDirectory data, WaybillDatabase database, AuditLog audit, WaybillConfiguration? configuration)
    {
        Data = data;
        Database = database;
        Audit = audit;
        Accounts = new AccountService(database, audit, TimeProvider.System);
        Logins = new LoginService(database, audit, TimeProvider.System);
        Keys = new KeyService(database, audit, TimeProvider.System);
        BurntKeys = new BurntKeys(database, audit, TimeProvider.System);
        KeyGeneration = new KeyGeneration(database, audit, Keys, TimeProvider.System);
        KeyLife = new KeyLife(database, audit, Keys, BurntKeys, TimeProvider.System);
        Directory = new LoginDirectory(database, TimeProvider.System);
        Usage = new LoginUsage(database, TimeProvider.System);
        Catalogue = new FileCatalogue(database);
        _feeds = configuration is null ? FeedTypes.Default : ConfigurationCheck.Feeds(configuration.Feeds);
        _layout = configuration is null ? null : new VaultLayout(ConfigurationCheck.Layout(configuration.Layout), _feeds.Folders);
        Notifications = new NotificationService(database, audit, TimeProvider.System);
        Hooks = new HookService(database, audit, TimeProvider.System);
        Expectations = new ExpectationService(database, audit, TimeProvider.System, _feeds);
        RetentionPolicies = new RetentionPolicies(database, audit, TimeProvider.System);
        Holds = new Holds(database, audit, TimeProvider.System);
        Links = new SecretLinks(database, TimeProvider.System);
        Passwords = new LoginPasswords(database, audit, TimeProvider.System, Links);
        Schedule = new ScheduleLedger(database);
        Quotas = new QuotaService(database, audit, TimeProvider.System);
        QuotaLedger = new QuotaLedger(database, TimeProvider.System);
        Balances = new BalanceService(database, audit, TimeProvider.System, BillingSettings.Options(configuration?.Billing ?? new BillingSection()));
    }

    public DataDirectory Data { get; }

    /// <summary>How quick the disk is.</summary>
    public DiskPace Pace { get; } = new(TimeProvider.System);

    public AuditLog Audit { get; }

    public AccountService Accounts { get; }

    public LoginService Logins { get; }

    public KeyService Keys { get; }

    public BurntKeys BurntKeys { get; }

    public SentKeys SentKeys => new(Keys, BurntKeys);

    public KeyGeneration KeyGeneration { get; }

    public KeyLife KeyLife { get; }

    public LoginDirectory Directory { get; }

    public ApiTokens Tokens => new(Database, Audit, TimeProvider.System);

    public DiagnosisService Diagnosis => new(Database, TimeProvider.System);

    public LoginUsage Usage { get; }

    /// <summary>Ledgers of accounts; where no configuration was read, in its default currency.</summary>
    public BalanceService Balances { get; }

    /// <summary>For whoever opened the vaults.</summary>
    public LastCalls LastCalls => new(Database, new VaultStores(Vaults), _feeds);

    public FileCatalogue Catalogue { get; }

    public ArrivalRules ArrivalRules => new(Database, Audit);

    public CollectRights CollectRights => new(Database, Audit);

    public InboundService Inbound => new(Database, Audit, TimeProvider.System, new VaultStores(Vaults));

    public FeedTypes Feeds => _feeds;

    /// <summary>For whoever opened the vaults.</summary>
    public FeedPublisher Publisher => new(Database, Audit, TimeProvider.System, new VaultStores(Vaults), _feeds, Data.Publishing);

    public SubscriptionService Subscriptions => new(Database, Audit, _feeds);

    public ReceiptService Receipts => new(Database, _feeds);

    public NotificationService Notifications { get; }

    public HookService Hooks { get; }

    public ExpectationService Expectations { get; }

    public CatalogueScan Scan => new(Database, Audit, new VaultStores(Vaults), TimeProvider.System, Layout);

    public FileHashing Hashing => new(Database, new VaultStores(Vaults), TimeProvider.System);

    /// <summary>Hashing in the background of a server: it gives way to what this process moves for its sessions.</summary>
    public FileHashing BackgroundHashing => new(Database, new VaultStores(Vaults), TimeProvider.System) { Moved = () => Pace.Moved };

    public RetentionPolicies RetentionPolicies { get; }

    public Holds Holds { get; }

    public SecretLinks Links { get; }

    /// <summary>Passwords of logins, for FTPS.</summary>
    public LoginPasswords Passwords { get; }

    /// <summary>For whoever opened the vaults.</summary>
    public RetentionLinks RetentionLinks => new(Database, Audit, Links, new VaultStores(Vaults), TimeProvider.System);

    public PersonService People => new(Database, Audit, TimeProvider.System);

    public ScheduleLedger Schedule { get; }

    public QuotaService Quotas { get; }

    public QuotaLedger QuotaLedger { get; }

    public NumberRanges NumberRanges => new(Database, Audit, TimeProvider.System);

    public NumberChanges NumberChanges => new(Database);

    public VaultDirectories Folders => new(Data.Vaults, Layout);

    public SessionRegistry Sessions { get; } = new();

    public VaultLayout Layout => _layout ?? throw new InvalidOperationException("The layout is configuration, and this was opened without any.");

    public LocalVaults Vaults => _vaults ?? throw new InvalidOperationException("The vaults were not opened.");

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

    /// <summary>Opens the vaults for a server, or for a command that works on files.</summary>
    public void OpenVaults(WaybillConfiguration configuration)
    {
        var durability = ConfigurationCheck.IsDurable(configuration.Storage.Durability) ? Durability.Full : Durability.Rename;
        _vaults = new LocalVaults(Data.Vaults, new LocalStoreOptions
        {
            Durability = durability,
            Links = configuration.Sftp.Links,
            KeepPartials = TimeSpan.FromHours(configuration.Storage.KeepPartialsHours),
            ReserveBytes = configuration.Storage.ReserveBytes,
        });
        if (configuration.Storage.Archive is null)
        {
            Data.CreateArchive();
        }

        _archive = new FileArchive(ArchiveDirectory(configuration), durability);
    }

    /// <summary>Removes what copies across file systems left, which a crash cut off, in the archive and where retention puts files aside.</summary>
    public void SweepBesideVaults(CancellationToken cancellationToken)
    {
        if (System.IO.Directory.Exists(Data.RetentionTaken))
        {
            using var taken = new LocalVaults(Data.RetentionTaken);
            taken.SweepTemporaries(cancellationToken);
        }

        _archive?.SweepTemporaries(cancellationToken);
    }

    /// <summary>Takes delivered files on, as the configuration says.</summary>
    public ArrivalService Arrivals(WaybillConfiguration configuration) =>
        new(Database, Audit, TimeProvider.System, new VaultStores(Vaults), ConfigurationCheck.Inbound(configuration.Inbound));

    /// <summary>What stands in front of a session's store: the archive where its rules have the collect right somewhere, the confirming of a collector; else nothing.</summary>
    public IStoreFront? FrontOf(Login login, IAccessRules rules, Actor actor, WaybillConfiguration configuration) =>
        login.Kind == LoginKind.Collector
            ? new Confirming(
                new InboundService(Database, Audit, TimeProvider.System, new VaultStores(Vaults)) { Options = ConfigurationCheck.Inbound(configuration.Inbound) },
                Layout.ViewOf(login, Accounts), actor)
        : rules.Anywhere.HasFlag(FileRights.Collect) ? new Collecting(rules, login.Account!, VaultLayout.RootInVault(login), Vaults, _archive!, TimeProvider.System)
        : null;

    /// <summary>Accounts' files for their people; for whoever opened the vaults. Its uploads and those of logins are in one ledger of quotas.</summary>
    public AccountFileService OpenAccountFiles() => new(Database, Audit, Layout, CollectRights, Vaults, _archive!, QuotaLedger, TimeProvider.System);

    /// <summary>Numbers of accounts, as the configuration says.</summary>
    public NumberService OpenNumbers(WaybillConfiguration configuration) => new(Database, Audit, TimeProvider.System, NumberSettings.Options(configuration), _numberTurns);

    /// <summary>Orders of porting, as the configuration says.</summary>
    public PortingService OpenPorting(WaybillConfiguration configuration) => new(Database, Audit, TimeProvider.System, OpenNumbers(configuration), PortingSettings.Options(configuration));

    /// <summary>Requests for access, as the configuration says.</summary>
    public OnboardingService OpenOnboarding(WaybillConfiguration configuration) =>
        new(Database, Audit, _feeds, OnboardingSettings.Options(configuration, Data), TimeProvider.System);

    /// <summary>Retention on the vaults, which must be open; a server watches its clock.</summary>
    public RetentionService OpenRetention(WaybillConfiguration configuration, ClockWatch? watch = null)
    {
        var options = RetentionJobs.Options(configuration) with { Archive = configuration.Retention.Archive ? ArchiveDirectory(configuration) : null };
        return new RetentionService(Database, Audit, TimeProvider.System, options, new VaultStores(Vaults), Data.Retention) { Watch = watch };
    }

    /// <summary>All that the portal needs of people; one for a server.</summary>
    public PeopleServices OpenPeople(WaybillConfiguration configuration) => new(Database, Audit, TimeProvider.System, Data.PeopleKey, new PeopleOptions
    {
        Notifications = NotificationSettings.Options(configuration, Data),
        PublicUrl = configuration.Portal.PublicUrl,
        Files = ConfigurationCheck.Files(configuration.Portal),
    });

    /// <summary>What is wrong with the key that second factors are kept under; null when nothing is, or none is needed.</summary>
    public ValueTask<Problem?> CheckPeopleKeyAsync(CancellationToken cancellationToken) => PeopleServices.CheckKeyAsync(Database, Data.PeopleKey, cancellationToken);

    /// <summary>The one archive, which no login may see.</summary>
    private string ArchiveDirectory(WaybillConfiguration configuration)
    {
        var archive = configuration.Storage.Archive is { } set ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(set)) : Data.Archive;
        return (archive + "/").StartsWith(Data.Vaults + "/", StringComparison.Ordinal)
            ? throw new CommandException($"Storage:Archive: {archive} lies in the vaults; choose a directory outside of {Data.Vaults}")
            : archive;
    }

    /// <summary>Handovers of generated keys.</summary>
    public KeyHandovers OpenHandovers(WaybillConfiguration configuration) => Require(KeyHandovers.Create(
        Database, Audit, Keys, KeyGeneration, Links, NotificationSettings.Options(configuration, Data), Data.Handovers, configuration.Portal.PublicUrl, TimeProvider.System));

    /// <summary>Links to set passwords, by mail.</summary>
    public PasswordLinkMails OpenPasswordLinkMails(WaybillConfiguration configuration) =>
        Require(PasswordLinkMails.Create(Database, Passwords, NotificationSettings.Options(configuration, Data), configuration.Portal.PublicUrl, TimeProvider.System));

    /// <summary>Backups of all that is here; the vaults must be open.</summary>
    public BackupService OpenBackups(WaybillConfiguration configuration) => new(new Core.DataDirectory(Data.Root), Database, Audit, new VaultStores(Vaults), TimeProvider.System)
    {
        Archives = [Data.Archive, ArchiveDirectory(configuration)],
    };

    /// <summary>Connection packs, with the host keys as they are now.</summary>
    public ConnectionPackService OpenPacks(WaybillConfiguration configuration) =>
        new(Database, Audit, Layout, TimeProvider.System, PackSettings.Options(configuration, Data, new HostKeyStore(Data).Read()));

    /// <summary>Links to the pages of packs.</summary>
    public PackLinks PackLinks => new(Database, Audit, Links);

    /// <summary>Whose cut-off uploads they are: by the database's number, so that a later login of the same name is another.</summary>
    public static string OwnerOf(Login login) => string.Create(CultureInfo.InvariantCulture, $"l{login.Id}");

    /// <summary>A session's way to the quotas of its account and login; its store and its journal share one.</summary>
    public SessionQuota? OpenQuota(Login login) =>
        login.Account is { } account ? QuotaLedger.Open(account, login.UserName, new VaultView(account, VaultLayout.RootInVault(login))) : null;

    /// <summary>A login's own view of its vault, or of all vaults.</summary>
    public StoreResult<IFileStore> OpenStore(Login login, IAccessRules rules, IStoreFront? front = null, SessionQuota? quota = null, Actor? actor = null)
    {
        var owner = OwnerOf(login);
        var opened = rules is AccountsTree tree
            ? new MountedStore(tree, Accounts, (root, inner) => Vaults.OpenStore(root, inner, owner), TimeProvider.System,
                login.Kind == LoginKind.Publisher && actor is not null ? new DeliveryGate(Publisher, actor) : null)
            : Vaults.OpenStore(VaultPath.Parse("/" + login.Account + VaultLayout.RootInVault(login)), front?.StoreRules ?? rules, owner, quota);
        return opened.Succeeded ? new(StoreError.None, new EventLoopFileStore(front?.Wrap(opened.Value) ?? opened.Value, Pace)) : opened;
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
        _archive?.Dispose();
        Passwords.Dispose();
        _numberTurns.Dispose();
        await Usage.DisposeAsync();
        await Audit.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static T Require<T>(Result<T> result)
        where T : notnull => result.Succeeded ? result.Value : throw CommandException.Of(result.Problem);
}

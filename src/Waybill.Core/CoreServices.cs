using Waybill.Core.AccountFiles;
using Waybill.Core.Accounts;
using Waybill.Core.Arrivals;
using Waybill.Core.Audit;
using Waybill.Core.Billing;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Diagnosis;
using Waybill.Core.Expectations;
using Waybill.Core.Feeds;
using Waybill.Core.Inbound;
using Waybill.Core.Keys;
using Waybill.Core.Keys.Generation;
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
using Waybill.Core.Tokens;
using Waybill.Core.Vaults;
using Waybill.Storage.Local;

namespace Waybill.Core;

/// <summary>Everything that the business knows, over one data directory. The server holds one of these, and so does each command beside it.</summary>
public sealed class CoreServices : IAsyncDisposable
{
    private readonly LocalVaults _vaults;
    private readonly FileArchive _archive;
    private readonly TimeProvider _time;
    private readonly NumberTurns _numberTurns;

    private CoreServices(DataDirectory directory, WaybillDatabase database, AuditLog audit, LayoutTemplate template, TimeProvider time)
    {
        _time = time;
        _numberTurns = new NumberTurns(time);
        Directory = directory;
        Database = database;
        Audit = audit;
        Accounts = new AccountService(database, audit, time);
        Logins = new LoginService(database, audit, time);
        Keys = new KeyService(database, audit, time);
        BurntKeys = new BurntKeys(database, audit, time);
        KeyGeneration = new KeyGeneration(database, audit, Keys, time);
        KeyLife = new KeyLife(database, audit, Keys, BurntKeys, time);
        LoginDirectory = new LoginDirectory(database, time);
        LoginUsage = new LoginUsage(database, time);
        Diagnosis = new DiagnosisService(database, time);
        Tokens = new ApiTokens(database, audit, time);
        IdempotentRequests = new IdempotentRequests(database, time);
        Layout = new VaultLayout(template);
        Vaults = new VaultDirectories(directory.Vaults, Layout);
        Catalogue = new FileCatalogue(database);
        _vaults = new LocalVaults(directory.Vaults);
        _archive = new FileArchive(directory.Archive);
        Inbound = new InboundService(database, audit, time, new VaultStores(_vaults));
        ArrivalRules = new ArrivalRules(database, audit);
        CollectRights = new CollectRights(database, audit);
        Arrivals = new ArrivalService(database, audit, time, new VaultStores(_vaults), new InboundOptions());
        Stores = new VaultStores(_vaults);
        Publisher = new FeedPublisher(database, audit, time, Stores, FeedTypes.Default, directory.Publishing);
        Subscriptions = new SubscriptionService(database, audit, FeedTypes.Default);
        Receipts = new ReceiptService(database, FeedTypes.Default);
        (Notifications, Hooks, Expectations) = (new NotificationService(database, audit, time), new HookService(database, audit, time), new ExpectationService(database, audit, time, FeedTypes.Default));
        RetentionPolicies = new RetentionPolicies(database, audit, time);
        Holds = new Holds(database, audit, time);
        Links = new SecretLinks(database, time);
        Passwords = new LoginPasswords(database, audit, time, Links);
        RetentionLinks = new RetentionLinks(database, audit, Links, Stores, time);
        Quotas = new QuotaService(database, audit, time);
        Balances = new BalanceService(database, audit, time, new BillingOptions());
        AccountFiles = new AccountFileService(database, audit, Layout, CollectRights, _vaults, _archive, new QuotaLedger(database, time), time);
        People = new PeopleServices(database, audit, time, directory.PeopleKey, new PeopleOptions
        {
            Notifications = new NotificationOptions { MailFolder = Path.Combine(directory.Path, "mail"), TemplateFolder = Path.Combine(directory.Path, "templates") },
            Files = PortalFiles.ReadWrite,
        });
    }

    /// <summary>Where everything lies.</summary>
    public DataDirectory Directory { get; }

    /// <summary>Tokens for the REST API.</summary>
    public ApiTokens Tokens { get; }

    /// <summary>Requests of programs that are done once.</summary>
    public IdempotentRequests IdempotentRequests { get; }

    /// <summary>Why somebody cannot connect.</summary>
    public DiagnosisService Diagnosis { get; }

    /// <summary>The database.</summary>
    public WaybillDatabase Database { get; }

    /// <summary>The audit log.</summary>
    public AuditLog Audit { get; }

    /// <summary>Accounts.</summary>
    public AccountService Accounts { get; }

    /// <summary>Logins.</summary>
    public LoginService Logins { get; }

    /// <summary>Keys of logins.</summary>
    public KeyService Keys { get; }

    /// <summary>Keys that are made for customers.</summary>
    public KeyGeneration KeyGeneration { get; }

    /// <summary>Keys that are lost, replaced and shared.</summary>
    public KeyLife KeyLife { get; }

    /// <summary>Keys that are refused for good.</summary>
    public BurntKeys BurntKeys { get; }

    /// <summary>Takes keys as they are sent in.</summary>
    public SentKeys SentKeys => new(Keys, BurntKeys);

    /// <summary>What authentication asks.</summary>
    public LoginDirectory LoginDirectory { get; }

    /// <summary>When logins and keys were last used.</summary>
    public LoginUsage LoginUsage { get; }

    /// <summary>The files that there are and were.</summary>
    public FileCatalogue Catalogue { get; }

    /// <summary>What was delivered for the back office.</summary>
    public InboundService Inbound { get; }

    /// <summary>What is checked of files that arrive.</summary>
    public ArrivalRules ArrivalRules { get; }

    /// <summary>Which customers tidy up what they fetched.</summary>
    public CollectRights CollectRights { get; }

    /// <summary>Takes delivered files on.</summary>
    public ArrivalService Arrivals { get; }

    /// <summary>The vaults as the program itself sees them.</summary>
    public VaultStores Stores { get; }

    /// <summary>Publishing, what is held, and recalls.</summary>
    public FeedPublisher Publisher { get; }

    /// <summary>What accounts want.</summary>
    public SubscriptionService Subscriptions { get; }

    /// <summary>Delivery receipts.</summary>
    public ReceiptService Receipts { get; }

    /// <summary>What was told to whom.</summary>
    public NotificationService Notifications { get; }

    /// <summary>Web hooks.</summary>
    public HookService Hooks { get; }

    /// <summary>What accounts are to be sent.</summary>
    public ExpectationService Expectations { get; }

    /// <summary>How long files stay.</summary>
    public RetentionPolicies RetentionPolicies { get; }

    /// <summary>Legal holds.</summary>
    public Holds Holds { get; }

    /// <summary>Links that stand in mails.</summary>
    public SecretLinks Links { get; }

    /// <summary>Passwords of logins.</summary>
    public LoginPasswords Passwords { get; }

    /// <summary>What is behind the links of retention's notices.</summary>
    public RetentionLinks RetentionLinks { get; }

    /// <summary>Accounts' files for their people.</summary>
    public AccountFileService AccountFiles { get; }

    /// <summary>What accounts and logins may store.</summary>
    public QuotaService Quotas { get; }

    /// <summary>Ledgers of accounts.</summary>
    public BalanceService Balances { get; }

    /// <summary>The provider's ranges of numbers.</summary>
    public NumberRanges NumberRanges => new(Database, Audit, _time);

    /// <summary>What happened to numbers.</summary>
    public NumberChanges NumberChanges => new(Database);

    /// <summary>Numbers of accounts, as the configuration says.</summary>
    public NumberService OpenNumbers(NumberOptions options) => new(Database, Audit, _time, options, _numberTurns);

    /// <summary>Orders of porting, as the configuration says.</summary>
    public PortingService OpenPorting(PortingOptions options, NumberService numbers) => new(Database, Audit, _time, numbers, options);

    /// <summary>People, and how they sign in to the portal.</summary>
    public PeopleServices People { get; }

    /// <summary>Connection packs, for as long as these host keys and this configuration hold.</summary>
    public ConnectionPackService Packs(PackOptions options) => new(Database, Audit, Layout, _time, options);

    /// <summary>What each login sees of a vault.</summary>
    public VaultLayout Layout { get; }

    /// <summary>The vaults on the disk.</summary>
    public VaultDirectories Vaults { get; }

    /// <summary>Makes database, audit key, anchor and vaults directory in a directory that exists, and records that as the first row. Host keys and TLS are the caller's.</summary>
    public static async ValueTask<Result<CoreServices>> CreateAsync(string path, Actor actor, TimeProvider time, LayoutTemplate? template = null)
    {
        template ??= LayoutTemplate.Default;
        if (template.Check() is { } bad)
        {
            return bad;
        }

        var directory = new DataDirectory(path);
        if (File.Exists(directory.Database) || File.Exists(directory.AuditKey))
        {
            return Problem.AlreadyExists($"{path} is initialised already. Use it, or choose another data directory.");
        }

        try
        {
            PrivateDirectory.Ensure(directory.Audit);
            PrivateDirectory.Ensure(directory.Vaults);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"{path} cannot be written. Check that it exists, its owner and its rights.");
        }

        var database = WaybillDatabase.Create(directory.Database);
        if (!database.Succeeded)
        {
            return database.Problem;
        }

        var audit = AuditLog.Create(database.Value, directory.AuditKey, directory.AuditAnchor, time);
        if (!audit.Succeeded)
        {
            await database.Value.DisposeAsync().ConfigureAwait(false);
            return audit.Problem;
        }

        var services = new CoreServices(directory, database.Value, audit.Value, template, time);
        var recorded = await services.Audit.AppendAsync(new AuditEntry(AuditActions.Initialised, actor)).ConfigureAwait(false);
        if (!recorded.Succeeded)
        {
            await services.DisposeAsync().ConfigureAwait(false);
            return recorded.Problem;
        }

        return services;
    }

    /// <summary>Opens an initialised data directory, also one that another process works on.</summary>
    public static async ValueTask<Result<CoreServices>> OpenAsync(string path, TimeProvider time, LayoutTemplate? template = null)
    {
        template ??= LayoutTemplate.Default;
        if (template.Check() is { } bad)
        {
            return bad;
        }

        var directory = new DataDirectory(path);
        var database = WaybillDatabase.Open(directory.Database);
        if (!database.Succeeded)
        {
            return database.Problem;
        }

        var audit = AuditLog.Open(database.Value, directory.AuditKey, directory.AuditAnchor, time);
        if (!audit.Succeeded)
        {
            await database.Value.DisposeAsync().ConfigureAwait(false);
            return audit.Problem;
        }

        return new CoreServices(directory, database.Value, audit.Value, template, time);
    }

    /// <summary>Requests for access, as the configuration says.</summary>
    public OnboardingService OpenOnboarding(OnboardingOptions options) => new(Database, Audit, FeedTypes.Default, options, _time);

    /// <summary>Writes what waits, then closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        People.Dispose();
        Passwords.Dispose();
        _numberTurns.Dispose();
        await LoginUsage.DisposeAsync().ConfigureAwait(false);
        await Audit.DisposeAsync().ConfigureAwait(false);
        await Database.DisposeAsync().ConfigureAwait(false);
        _vaults.Dispose();
        _archive.Dispose();
    }
}

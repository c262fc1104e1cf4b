using Waybill.Storage;

namespace Waybill.Core.Audit;

/// <summary>The words of the audit log's action column. They are searched for by people and scripts: a word never changes its meaning.</summary>
public static class AuditActions
{
    /// <summary>The data directory was made.</summary>
    public const string Initialised = "initialised";

    /// <summary>The server took up its work.</summary>
    public const string ServerStarted = "server-started";

    /// <summary>The server ended.</summary>
    public const string ServerStopped = "server-stopped";

    /// <summary>A login succeeded.</summary>
    public const string LogIn = "login";

    /// <summary>A login was refused; the detail says why.</summary>
    public const string LogInRefused = "login-refused";

    /// <summary>A connection ended; the detail says why.</summary>
    public const string ConnectionEnded = "connection-ended";

    /// <summary>A session was ended by an operator or because its key or login lost its right.</summary>
    public const string SessionKicked = "session-kicked";

    /// <summary>Somebody came to a data port of an FTP session for whom it was not open, or a client named another's address; the detail says which.</summary>
    public const string DataPortRefused = "data-port-refused";

    /// <summary>Rows of this log were exported; the detail says which.</summary>
    public const string AuditExported = "audit-exported";

    /// <summary>Penalties of addresses were cleared.</summary>
    public const string PenaltiesCleared = "penalties-cleared";

    /// <summary>A file was read.</summary>
    public const string Download = "download";

    /// <summary>A file was written and committed.</summary>
    public const string Upload = "upload";

    /// <summary>A file was removed.</summary>
    public const string Remove = "remove";

    /// <summary>A file or directory was renamed.</summary>
    public const string Rename = "rename";

    /// <summary>A directory was made.</summary>
    public const string MakeDirectory = "make-directory";

    /// <summary>A directory was removed.</summary>
    public const string RemoveDirectory = "remove-directory";

    /// <summary>Times, permissions or size were set.</summary>
    public const string SetAttributes = "set-attributes";

    /// <summary>A link was made.</summary>
    public const string Link = "link";

    /// <summary>A directory was listed.</summary>
    public const string List = "list";

    /// <summary>A file that a customer deleted or moved away with the collect right was put into the account's archive; the detail says where.</summary>
    public const string Archive = "archive";

    /// <summary>A delivered file was claimed for the back office.</summary>
    public const string FileClaimed = "file-claimed";

    /// <summary>A delivered file was taken over by the back office.</summary>
    public const string FileProcessed = "file-processed";

    /// <summary>A delivered file was refused, by the account's rules or the back office.</summary>
    public const string FileRejected = "file-rejected";

    /// <summary>A customer may delete or move away what it fetched, into the archive.</summary>
    public const string CollectGranted = "collect-granted";

    /// <summary>A customer may no longer do that.</summary>
    public const string CollectRevoked = "collect-revoked";

    /// <summary>A rule for files that arrive was set.</summary>
    public const string ArrivalRuleSet = "arrival-rule-set";

    /// <summary>A rule for files that arrive was removed.</summary>
    public const string ArrivalRuleRemoved = "arrival-rule-removed";

    /// <summary>A quota was set; the detail says which limits hold.</summary>
    public const string QuotaSet = "quota-set";

    /// <summary>It was set what an account may do with telephone numbers; the detail says what holds.</summary>
    public const string NumberAccountSet = "number-account-set";

    /// <summary>An account was added.</summary>
    public const string AccountAdded = "account-added";

    /// <summary>An account was suspended.</summary>
    public const string AccountSuspended = "account-suspended";

    /// <summary>An account was resumed.</summary>
    public const string AccountResumed = "account-resumed";

    /// <summary>An account was closed.</summary>
    public const string AccountClosed = "account-closed";

    /// <summary>The name, e-mail address, language or time zone of an account changed; the detail has each as it was and as it is.</summary>
    public const string AccountChanged = "account-changed";

    /// <summary>The region of an account was set: which public host names it is told.</summary>
    public const string AccountRegion = "account-region";

    /// <summary>A connection pack was made for a login; the detail names its host and files.</summary>
    public const string PackMade = "pack-made";

    /// <summary>Staff made a link to a login's connection pack.</summary>
    public const string PackLinked = "pack-linked";

    /// <summary>A login was added.</summary>
    public const string LoginAdded = "login-added";

    /// <summary>A login was suspended.</summary>
    public const string LoginSuspended = "login-suspended";

    /// <summary>A login was resumed.</summary>
    public const string LoginResumed = "login-resumed";

    /// <summary>A login was removed with its keys.</summary>
    public const string LoginRemoved = "login-removed";

    /// <summary>The networks that a login may come from were set.</summary>
    public const string LoginNetworksSet = "login-networks-set";

    /// <summary>It was set what a login may do with numbers.</summary>
    public const string LoginNumbersSet = "login-numbers-set";

    /// <summary>A key was installed on a login.</summary>
    public const string KeyAdded = "key-added";

    /// <summary>A key got another label or expiry.</summary>
    public const string KeyChanged = "key-changed";

    /// <summary>A key was sent in and refused.</summary>
    public const string KeyRefused = "key-refused";

    /// <summary>A key was revoked.</summary>
    public const string KeyRevoked = "key-revoked";

    /// <summary>A private key reached us: its public key is refused for good.</summary>
    public const string KeyBurnt = "key-burnt";

    /// <summary>Staff took such a refusal back; the detail says why.</summary>
    public const string KeyBurntLifted = "key-burnt-lifted";

    /// <summary>A key pair was made for a customer.</summary>
    public const string KeyGenerated = "key-generated";

    /// <summary>Somebody said that others may have a key: it was revoked and is refused for good.</summary>
    public const string KeyReportedLost = "key-reported-lost";

    /// <summary>A token for the REST API was made.</summary>
    public const string TokenAdded = "token-added";

    /// <summary>A token was revoked.</summary>
    public const string TokenRevoked = "token-revoked";

    /// <summary>A host key was made.</summary>
    public const string HostKeyAdded = "hostkey-added";

    /// <summary>A host key was imported.</summary>
    public const string HostKeyImported = "hostkey-imported";

    /// <summary>A host key is announced to clients from now on.</summary>
    public const string HostKeyAnnounced = "hostkey-announced";

    /// <summary>A host key was taken into use.</summary>
    public const string HostKeyUsed = "hostkey-used";

    /// <summary>A host key was retired; its private half is deleted, unless the detail says that a copy is kept.</summary>
    public const string HostKeyRetired = "hostkey-retired";

    /// <summary>A listener offers other types of host keys than before, or in another order.</summary>
    public const string HostKeyOfferChanged = "hostkey-offer-changed";

    /// <summary>The next TLS certificate was made; nobody is told of it yet.</summary>
    public const string CertificateMade = "certificate-made";

    /// <summary>The next TLS certificate is announced for a day.</summary>
    public const string CertificateAnnounced = "certificate-announced";

    /// <summary>The next TLS certificate took over.</summary>
    public const string CertificateUsed = "certificate-used";

    /// <summary>The log found that its anchor and this database do not belong together, and went on: rows are lost, or an old database was restored.</summary>
    public const string AuditGap = "audit-gap";

    /// <summary>The provider published a file to an account.</summary>
    public const string Published = "published";

    /// <summary>A file that was published did not appear, and its set was undone or held.</summary>
    public const string PublishUndone = "publish-undone";

    /// <summary>A file was held as a duplicate.</summary>
    public const string FileHeld = "file-held";

    /// <summary>A held or recalled file was published after all.</summary>
    public const string HeldReleased = "held-released";

    /// <summary>A held or recalled file was removed for good.</summary>
    public const string HeldDiscarded = "held-discarded";

    /// <summary>A published file was taken back.</summary>
    public const string Recalled = "recalled";

    /// <summary>What an account gets was chosen.</summary>
    public const string SubscriptionSet = "subscription-set";

    /// <summary>A file that somebody put into a vault by hand was found.</summary>
    public const string FileFound = "file-found";

    /// <summary>A file was found with another size than the catalogue knew.</summary>
    public const string FileChanged = "file-changed";

    /// <summary>A file of the catalogue was not there.</summary>
    public const string FileMissing = "file-missing";

    /// <summary>A file that had been missing was there again.</summary>
    public const string FileReturned = "file-returned";

    /// <summary>A backup was made.</summary>
    public const string BackupMade = "backup-made";

    /// <summary>This data directory was made from a backup: what happened after that backup is not in it.</summary>
    public const string Restored = "restored";

    /// <summary>How long files stay was set.</summary>
    public const string RetentionPolicy = "retention-policy";

    /// <summary>Retention took a file out of its vault; or could not, and the detail says why.</summary>
    public const string RetentionRemoved = "retention-removed";

    /// <summary>A file that retention had taken came back: an upload had taken its name in that moment.</summary>
    public const string RetentionRestored = "retention-restored";

    /// <summary>A file that retention had moved aside and that was to stay, held or overwritten in that moment, is not there any more.</summary>
    public const string RetentionLost = "retention-lost";

    /// <summary>An account is told which files go.</summary>
    public const string RetentionNotice = "retention-notice";

    /// <summary>Files that are about to go were fetched together, by the link of a notice; each has its own row besides.</summary>
    public const string RetentionDownload = "retention-download";

    /// <summary>A run of retention ended.</summary>
    public const string RetentionRun = "retention-run";

    /// <summary>Somebody vouched for the clock, or arrival times that a wrong clock wrote were set right.</summary>
    public const string RetentionClock = "retention-clock";

    /// <summary>A legal hold was set.</summary>
    public const string HoldSet = "hold-set";

    /// <summary>A legal hold was removed.</summary>
    public const string HoldRemoved = "hold-removed";

    /// <summary>The word for a file operation.</summary>
    public static string For(FileOperation operation) => operation switch
    {
        FileOperation.Download => Download,
        FileOperation.Upload => Upload,
        FileOperation.Remove => Remove,
        FileOperation.Rename => Rename,
        FileOperation.MakeDirectory => MakeDirectory,
        FileOperation.RemoveDirectory => RemoveDirectory,
        FileOperation.SetAttributes => SetAttributes,
        FileOperation.Link => Link,
        FileOperation.List => List,
        FileOperation.Archive => Archive,
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };
}

namespace Waybill.Core.Retention;

/// <summary>Bounds of retention.</summary>
public static class RetentionLimits
{
    /// <summary>Rows that a plan reads at a time.</summary>
    public const int Page = 2000;

    /// <summary>Files that a run takes between two commits: a hold that is set meanwhile comes too late for these at most.</summary>
    public const int Batch = 100;

    /// <summary>Names in the notice to one account.</summary>
    public const int NamesInNotice = 50;

    /// <summary>Files behind the link of a notice, those first that nobody has fetched; the rest is to be fetched by SFTP.</summary>
    public const int LinkFiles = 100_000;

    /// <summary>Bytes of content in the zip behind the link of a notice; what does not fit is named in it.</summary>
    public const long LinkBytes = 64L * 1024 * 1024 * 1024;

    /// <summary>Bytes that the list of files in such a zip may take in memory.</summary>
    public const int LinkDirectory = 16 * 1024 * 1024;

    /// <summary>Bytes of the text in such a zip that names what is not in it.</summary>
    public const int LinkText = 1024 * 1024;

    /// <summary>Files that a run names because it could not remove them; all of them are in the audit.</summary>
    public const int FailuresShown = 100;

    /// <summary>Policies in all.</summary>
    public const int Policies = 10_000;

    /// <summary>Holds in all.</summary>
    public const int Holds = 10_000;

    /// <summary>The longest time that files can be kept by a policy, in months.</summary>
    public const int Months = 1200;

    /// <summary>Times in the past that are shown, at most.</summary>
    public const int PassesShown = 100;

    /// <summary>No file is removed sooner than this after a plan has marked it.</summary>
    public static readonly TimeSpan MarkAge = TimeSpan.FromDays(7);

    /// <summary>How long a file that was taken out of its vault is kept, in case an upload took its name in that very moment.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMinutes(10);

    /// <summary>How often is looked, by the time that passes, for what has settled.</summary>
    public static readonly TimeSpan SettleEvery = TimeSpan.FromMinutes(10);

    /// <summary>How long what cannot be settled is tried again so often; from then on with each plan.</summary>
    public static readonly TimeSpan SettlingTries = TimeSpan.FromHours(1);

    /// <summary>How far the clock may be behind what was recorded before.</summary>
    public static readonly TimeSpan ClockBehind = TimeSpan.FromMinutes(5);

    /// <summary>How far the clock may be ahead of the last plan: what a weekend without the server is, and not what a jump is.</summary>
    public static readonly TimeSpan ClockAhead = TimeSpan.FromDays(3);

    /// <summary>How far the clock may go beyond the time that passes while a server runs, between two plans: more than it is corrected in a day, and less than a wrong time zone.</summary>
    public static readonly TimeSpan ClockJump = TimeSpan.FromMinutes(15);
}

namespace Waybill.Core.Onboarding;

/// <summary>Bounds of requests for access. Anybody may send one in, so each has a number.</summary>
public static class OnboardingLimits
{
    /// <summary>Characters of one field of a request.</summary>
    public const int Field = 200;

    /// <summary>Characters of an account number as it is given, which may be none of ours.</summary>
    public const int AccountText = 64;

    /// <summary>Characters of a question, a reason, or of how somebody was verified.</summary>
    public const int Words = 1_000;

    /// <summary>Feeds, and file types, of one request.</summary>
    public const int Choices = 16;

    /// <summary>Requests of one e-mail address, known to be its holder's, that wait.</summary>
    public const int OpenPerEmail = 3;

    /// <summary>Requests that nobody has confirmed of one e-mail address and one source; the oldest makes room. What another source sends removes none.</summary>
    public const int UnconfirmedPerEmail = 3;

    /// <summary>Undecided requests of one source. No number counts by the account: anybody can name it, and would shut its owner out.</summary>
    public const int UndecidedPerSource = 50;

    /// <summary>Requests that nobody has confirmed.</summary>
    public const int Unconfirmed = 1_000;

    /// <summary>Tries at the form of one source (an IPv4 address or an IPv6 /64) in an hour.</summary>
    public const int TriesPerSource = 20;

    /// <summary>Mails that the form sends to one address in a day for one source.</summary>
    public const int TriesPerEmail = 5;

    /// <summary>Mails that the form sends to one address in a day for all sources together: nobody's mailbox is flooded.</summary>
    public const int TriesPerEmailInAll = 25;

    /// <summary>Tries at the form in an hour, of all sources together.</summary>
    public const int TriesInAll = 1_000;

    /// <summary>Mails about one request.</summary>
    public const int Mails = 30;

    /// <summary>What happened to a request that is shown: the newest.</summary>
    public const int History = 200;

    /// <summary>Names that a check lists: logins with the same key, requests of the same person.</summary>
    public const int Named = 5;

    /// <summary>Characters of a company or an e-mail address that a search needs at least.</summary>
    public const int SearchLength = 3;

    /// <summary>Requests that are purged in one transaction.</summary>
    public const int PurgedTogether = 200;

    /// <summary>How long the form counts tries of a source, and of all.</summary>
    public static readonly TimeSpan SourceWindow = TimeSpan.FromHours(1);

    /// <summary>How long the form counts mails to an address.</summary>
    public static readonly TimeSpan EmailWindow = TimeSpan.FromHours(24);

    /// <summary>How long a request waits for its address to be confirmed; its link opens as long.</summary>
    public static readonly TimeSpan KeepUnconfirmed = TimeSpan.FromDays(7);

    /// <summary>How long the link of a question opens.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromDays(14);

    /// <summary>How long an invitation opens unless it is said.</summary>
    public static readonly TimeSpan InvitationTime = TimeSpan.FromDays(14);

    /// <summary>Vendors that an account may have invited at once.</summary>
    public const int VendorInvitations = 20;
}

namespace Waybill.Core.People;

/// <summary>Bounds of people and their roles.</summary>
public static class PeopleLimits
{
    /// <summary>Characters of a telephone number.</summary>
    public const int Phone = 40;

    /// <summary>Roles of one person.</summary>
    public const int Roles = 200;

    /// <summary>People with a role at one account.</summary>
    public const int AtAccount = 500;

    /// <summary>Mails that invite people to one account within <see cref="InvitationWindow"/>: an owner can have them sent to any address.</summary>
    public const int Invitations = 20;

    /// <summary>Wrong codes behind a sign-up link of somebody with a role at the provider: the link ends with the last one.</summary>
    public const int SignUpCodes = 5;

    /// <summary>How long such mails count.</summary>
    public static readonly TimeSpan InvitationWindow = TimeSpan.FromHours(1);

    /// <summary>How long after a sign-up link no further one is mailed because an account invites.</summary>
    public static readonly TimeSpan FreshLink = TimeSpan.FromHours(24);

    /// <summary>How long somebody is at an account's pages before that is written down anew.</summary>
    public static readonly TimeSpan SeenAgain = TimeSpan.FromMinutes(5);

    /// <summary>How long a sign-up link opens.</summary>
    public static readonly TimeSpan SignUpLink = TimeSpan.FromDays(7);

    /// <summary>How long a link to a new password opens.</summary>
    public static readonly TimeSpan ResetLink = TimeSpan.FromHours(1);
}

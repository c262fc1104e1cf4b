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

    /// <summary>How long a sign-up link opens.</summary>
    public static readonly TimeSpan SignUpLink = TimeSpan.FromDays(7);

    /// <summary>How long a link to a new password opens.</summary>
    public static readonly TimeSpan ResetLink = TimeSpan.FromHours(1);
}

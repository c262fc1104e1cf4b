namespace Waybill.Core.Accounts;

/// <summary>Which of the provider's public host names an account is told: mails and packs say the same.</summary>
internal static class Regions
{
    /// <summary>Those of the account's region, else those that are for every region; all of them for an account without one.</summary>
    public static IReadOnlyList<T> Choose<T>(string? region, IReadOnlyList<T> all, Func<T, string?> regionOf)
    {
        if (region is null)
        {
            return all;
        }

        List<T> own = [.. all.Where(each => string.Equals(regionOf(each), region, StringComparison.OrdinalIgnoreCase))];
        return own.Count > 0 ? own : [.. all.Where(each => regionOf(each) is null)];
    }

    /// <summary>Why an account can be told none.</summary>
    public static string NoHost(Account account) => $"Account {account.Number} is of region {account.Region}, and Ssh:Public has no host name for it.";

    /// <summary>What to do then.</summary>
    public static string AddHost(Account account) => $"Add one, or change the account with `waybill account region {account.Number}`.";
}

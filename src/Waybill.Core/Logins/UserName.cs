using Waybill.Core.Accounts;

namespace Waybill.Core.Logins;

/// <summary>User names: 1 to 64 letters, digits, dots, underscores; a hyphen parts account number and vendor, and stands in no other name.</summary>
public static class UserName
{
    /// <summary>The longest.</summary>
    public const int MaximumLength = 64;

    /// <summary>The longest short name of a vendor: it fits behind the longest account number.</summary>
    public const int MaximumVendorLength = MaximumLength - AccountNumber.MaximumLength - 1;

    /// <summary>Whether a login may be named like this: one of a customer, or of a vendor with the account's number in front.</summary>
    internal static bool IsWellFormed(string name) => name.IndexOf('-', StringComparison.Ordinal) is var dash && dash < 0
        ? Check(name) is null
        : AccountNumber.IsWellFormed(name[..dash], AccountNumber.MaximumLength) && CheckVendor(name[(dash + 1)..]) is null;

    internal static Problem? Check(string name)
    {
        if (AccountNumber.IsWellFormed(name, MaximumLength))
        {
            return null;
        }

        return name.Contains('-')
            ? Problem.Invalid($"'{Words.Show(name)}' holds a hyphen, which is kept for vendor logins. Choose a name without it, or say --kind vendor.")
            : Problem.Invalid($"'{Words.Show(name)}' is no user name: use 1 to {MaximumLength} of A-Z a-z 0-9 . _ and begin with a letter or digit.");
    }

    internal static Problem? CheckVendor(string name) => AccountNumber.IsWellFormed(name, MaximumVendorLength)
        ? null
        : Problem.Invalid($"'{Words.Show(name)}' is no short name of a vendor: use 1 to {MaximumVendorLength} of A-Z a-z 0-9 . _ and begin with a letter or digit.");

    internal static string Fold(string name) => name.ToLowerInvariant();
}

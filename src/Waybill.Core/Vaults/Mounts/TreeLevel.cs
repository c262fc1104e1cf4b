namespace Waybill.Core.Vaults.Mounts;

/// <summary>How deep a path leads into an <see cref="AccountsTree"/>, as its text alone tells.</summary>
internal enum TreeLevel
{
    /// <summary>The tree has no such name.</summary>
    Nowhere,

    /// <summary><c>/</c>.</summary>
    Root,

    /// <summary>The directory of the accounts.</summary>
    Accounts,

    /// <summary>The directory beside it that takes what a collector has processed; it is always empty.</summary>
    Drop,

    /// <summary>The directory of an account, if there is one of that number.</summary>
    Account,

    /// <summary>At or below a mount of such an account.</summary>
    Mount,
}

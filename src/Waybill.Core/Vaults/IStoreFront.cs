using Waybill.Storage;

namespace Waybill.Core.Vaults;

/// <summary>Stands in front of a session's store and gives some of its operations another meaning.</summary>
public interface IStoreFront
{
    /// <summary>The rules for the store behind, where they are not the login's.</summary>
    IAccessRules? StoreRules { get; }

    /// <summary>Puts itself in front of a store.</summary>
    IFileStore Wrap(IFileStore store);

    /// <summary>Lets a journal record what really happened.</summary>
    IFileJournal Wrap(IFileJournal journal);
}

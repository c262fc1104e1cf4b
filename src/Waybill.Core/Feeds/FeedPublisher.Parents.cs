using Waybill.Core.Database;
using Waybill.Core.Quotas;
using Waybill.Storage.Quotas;

namespace Waybill.Core.Feeds;

/// <summary>What a parent account may do itself, with a token of its own.</summary>
public sealed partial class FeedPublisher
{
    /// <summary>Finds a set that a parent account has published; one of the provider, or of another, is not there, in the same words as one that is not.</summary>
    public async ValueTask<Result<Publication>> FindOfParentAsync(long id, string parent, CancellationToken cancellationToken = default)
    {
        var found = await FindAsync(id, cancellationToken).ConfigureAwait(false);
        return found.Succeeded && string.Equals(found.Value.By, parent, StringComparison.OrdinalIgnoreCase) ? found : Unknown(id);
    }

    /// <summary>Why the files of a parent must not come in: names or contents that are there already, or the child's quota.</summary>
    private static Problem? WhyNotByParent(DatabaseConnection connection, PublicationSet set)
    {
        if (set.Files.Find(static file => file.Held is not null) is { } twice)
        {
            return Problem.AlreadyExists(
                $"Account {set.Account} has {twice.Path} already, or the same content under another name. Nothing of the set was published. Do not send it again, or ask the provider to replace it.");
        }

        if (QuotaSql.Find(connection, set.AccountId, "") is not { } quota)
        {
            return null;
        }

        var all = set.Files.Aggregate(quota.Stored, static (sum, file) => sum + new QuotaAmount(file.Size, 1));
        return all.Bytes > quota.Limits.Bytes || all.Files > quota.Limits.Files
            ? Problem.Refused($"The quota of account {set.Account} has no room for the set. Nothing of it was published. Ask the provider for a larger quota.")
            : null;
    }
}

using Waybill.Core.Accounts;
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

    /// <summary>Why a parent must not publish to an account.</summary>
    private Problem? WhyNotByParent(DatabaseConnection connection, PublishRequest request, FeedType feed, Account account)
    {
        if (request.By is null)
        {
            return null;
        }

        return !Families.IsChild(connection, request.By, account) ? NoChild(request.By, request.Account)
            : !request.IsOfParentItself ? null
            : !feed.OpenToParents ? Problem.Refused(
                $"Only the provider publishes the feed {feed.Name}. A parent account can publish: {string.Join(", ", types.All.Where(static type => type.OpenToParents).Select(static type => type.Name).DefaultIfEmpty("none"))}.")
            : account.Status != AccountStatus.Active ? NotActive(account.Number)
            : null;
    }

    /// <summary>Why the files of a parent must not come in: names or contents that are there already, the child's quota, or what became of the child meanwhile.</summary>
    private static Problem? WhyNotByParent(DatabaseConnection connection, PublicationSet set)
    {
        if (AccountService.Find(connection, set.Account) is not { Status: AccountStatus.Active } account)
        {
            return NotActive(set.Account);
        }

        if (!Families.IsChild(connection, set.By!, account))
        {
            return NoChild(set.By!, set.Account);
        }

        if (set.Files.Find(static file => file.Held is not null) is { } twice)
        {
            return Twice(set, twice);
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

    private static Problem NotActive(string account) => Problem.Refused($"Account {account} is not active; its parent publishes nothing to it. Ask the provider.");

    private static Problem Twice(PublicationSet set, PublicationEntry file) => Problem.AlreadyExists(
        $"Account {set.Account} has or had {file.Path} already, or the same content under another name. Nothing of the set was published. Do not send it again, or ask the provider to replace it.");
}

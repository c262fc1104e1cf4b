using Waybill.Core.Accounts;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;

namespace Waybill.Core.Feeds;

/// <summary>Finds the account and feed of files by the folders that they lie in and by their names.</summary>
/// <param name="database">Where the accounts are.</param>
/// <param name="types">The feeds.</param>
/// <param name="routes">The patterns of names, the first that finds an account counts.</param>
public sealed class FeedRouter(WaybillDatabase database, FeedTypes types, IReadOnlyList<FeedRoute> routes)
{
    /// <summary>Says where each file goes.</summary>
    /// <param name="files">The files.</param>
    /// <param name="feed">The feed of files that neither their folder nor their pattern names one for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<RoutingPlan>> RouteAsync(IReadOnlyList<RoutableFile> files, string? feed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (feed is not null && types.Find(feed) is { Succeeded: false, Problem: { } unknown })
        {
            return unknown;
        }

        return await database.ReadAsync<Result<RoutingPlan>>(connection => Route(connection, files, feed), cancellationToken).ConfigureAwait(false);
    }

    private RoutingPlan Route(DatabaseConnection connection, IReadOnlyList<RoutableFile> files, string? feed)
    {
        Dictionary<string, bool> known = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<(string Account, string Feed, string Stem), List<PublishFile>> sets = [];
        List<UnroutedFile> unrouted = [];
        foreach (var file in files)
        {
            var (account, routeFeed, reason) = AccountOf(file, IsAccount);
            if (account is null)
            {
                unrouted.Add(new UnroutedFile(file.Source, reason!));
                continue;
            }

            var wanted = routeFeed ?? file.Folders.LastOrDefault(folder => types.Find(folder).Succeeded) ?? feed;
            if (wanted is null)
            {
                unrouted.Add(new UnroutedFile(file.Source, "neither its folder nor a pattern says which feed it is: name one with --feed"));
                continue;
            }

            var type = types.Find(wanted).Value!;
            if (type.FileTypeOf(file.Name) is not { } fileType)
            {
                unrouted.Add(new UnroutedFile(file.Source, $"the feed {type.Name} carries {string.Join(", ", type.FileTypes)} only"));
                continue;
            }

            var key = (AccountNumber.Fold(account), type.Name, file.Name[..^(fileType.Length + 1)]);
            if (!sets.TryGetValue(key, out var members))
            {
                sets.Add(key, members = []);
            }

            if (members.Exists(member => member.Name == file.Name))
            {
                unrouted.Add(new UnroutedFile(file.Source, "another file of this run has the same name for the same account"));
                continue;
            }

            members.Add(new PublishFile(file.Name, file.Open));
        }

        return new RoutingPlan([.. sets.Select(static set => new PublishRequest(set.Key.Account, set.Key.Feed, set.Value))], unrouted);

        bool IsAccount(string number)
        {
            if (!known.TryGetValue(number, out var isKnown))
            {
                known.Add(number, isKnown = CatalogueSql.AccountId(connection, number) is not null);
            }

            return isKnown;
        }
    }

    /// <summary>A file whose folder and name mean different accounts goes to neither: one of them would get the other's data.</summary>
    private (string? Account, string? Feed, string? Reason) AccountOf(RoutableFile file, Func<string, bool> isAccount)
    {
        var byFolder = file.Folders.Where(isAccount).ToList();
        if (byFolder.Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1)
        {
            return (null, null, $"its folders name two accounts, {string.Join(" and ", byFolder)}");
        }

        foreach (var route in routes)
        {
            var byName = route.Candidates(file.Name).Where(isAccount).ToList();
            if (byName.Count == 0)
            {
                continue;
            }

            if (byFolder.Count == 0 && byName.Count > 1)
            {
                return (null, null, $"its name may mean {string.Join(" or ", byName)}: put it into a folder named as the account");
            }

            return byFolder.Count == 0 || byName.Contains(byFolder[0], StringComparer.OrdinalIgnoreCase)
                ? (byFolder.FirstOrDefault() ?? byName[0], route.Feed, null)
                : (null, null, $"its folder means account {byFolder[0]} and its name {byName[0]}");
        }

        return byFolder.Count > 0
            ? (byFolder[0], null, null)
            : (null, null, "no account is named by its folder, or by its name with one of Feeds:Routes; `waybill account list` shows them");
    }
}

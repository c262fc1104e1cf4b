using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>
/// Publishes sets of files, holds duplicates, and takes files back. Several processes may do so at once, and what a killed one began is finished or undone by the
/// next one that looks (docs/operations/feeds.md has the steps).
/// </summary>
/// <remarks>
/// A set goes through: a row with its hidden names; its files, hidden beside their places, synced; one transaction that decides and has catalogue, audit and the
/// intent; the renames that show it; a row that says it is done. Up to that transaction an interruption undoes the set, from then on it is finished.
/// </remarks>
/// <param name="database">Where sets are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
/// <param name="stores">The vaults.</param>
/// <param name="types">The feeds.</param>
/// <param name="leases">The directory of the leases, the same for all processes.</param>
public sealed partial class FeedPublisher(WaybillDatabase database, AuditLog audit, TimeProvider time, VaultStores stores, FeedTypes types, string leases)
{
    /// <summary>Called after each step that a kill can follow; tests kill there.</summary>
    internal Action<string>? AfterStep { get; init; }

    /// <summary>The feeds.</summary>
    public FeedTypes Types => types;

    /// <summary>Publishes one set of files.</summary>
    public async ValueTask<Result<PublishReport>> PublishAsync(PublishRequest request, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        await RecoverAsync(cancellationToken).ConfigureAwait(false);
        return (await PublishGroupAsync([request], actor, cancellationToken).ConfigureAwait(false))[0];
    }

    /// <summary>
    /// Publishes many sets, each for itself all or nothing; <see cref="FeedLimits.Group"/> of them share the database's commits. The reports come in the order of the requests.
    /// </summary>
    public async IAsyncEnumerable<Result<PublishReport>> PublishAllAsync(
        IEnumerable<PublishRequest> requests, Actor actor, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        await RecoverAsync(cancellationToken).ConfigureAwait(false);
        foreach (var group in requests.Chunk(FeedLimits.Group))
        {
            foreach (var report in await PublishGroupAsync(group, actor, cancellationToken).ConfigureAwait(false))
            {
                yield return report;
            }
        }
    }

    private async ValueTask<Result<PublishReport>[]> PublishGroupAsync(PublishRequest[] requests, Actor actor, CancellationToken cancellationToken)
    {
        using var lease = PublicationLease.Take(leases);
        var plans = new Plan[requests.Length];
        var begun = await database.WriteAsync<int>(
            transaction =>
            {
                for (var i = 0; i < requests.Length; i++)
                {
                    plans[i] = Begin(transaction.Connection, requests[i], actor, lease.Owner);
                }

                return plans.Length;
            },
            cancellationToken).ConfigureAwait(false);
        if (!begun.Succeeded)
        {
            return [.. requests.Select(_ => (Result<PublishReport>)begun.Problem)];
        }

        Step("begun");
        var sets = plans.Select(static plan => plan.Set).OfType<PublicationSet>().ToList();
        await EachAsync(sets, StageAsync, cancellationToken).ConfigureAwait(false);
        Step("staged");
        if (await DecideAsync(sets, lease.Owner).ConfigureAwait(false) is { } undecided)
        {
            // What is hidden now is removed by the next one that looks, when the lease is free.
            return [.. plans.Select(plan => (Result<PublishReport>)(plan.Problem ?? undecided))];
        }

        Step("decided");
        await RefuseAsync([.. sets.Where(static set => set.State == PublicationState.Staging)]).ConfigureAwait(false);
        var shown = sets.Where(static set => set.State == PublicationState.Committing).ToList();
        await EachAsync([.. sets.Where(static set => set.State == PublicationState.Held)], SyncHeld, CancellationToken.None).ConfigureAwait(false);
        await EachAsync(shown, ShowAsync, CancellationToken.None).ConfigureAwait(false);
        Step("shown");
        var unsettled = await SettleAsync(shown).ConfigureAwait(false);
        Step("settled");
        return [.. plans.Select(plan => plan.Report(unsettled))];
    }

    /// <summary>Checks a request and makes the row of its set.</summary>
    private Plan Begin(DatabaseConnection connection, PublishRequest request, Actor actor, string owner)
    {
        var checkedRequest = Check(request);
        if (!checkedRequest.Succeeded)
        {
            return new Plan(request) { Problem = checkedRequest.Problem };
        }

        var feed = checkedRequest.Value;
        if (AccountService.Find(connection, request.Account) is not { } account)
        {
            return new Plan(request) { Problem = request.By is null ? AccountService.Unknown(request.Account) : NoChild(request.By, request.Account) };
        }

        if (WhyNotByParent(connection, request, feed, account) is { } why)
        {
            return new Plan(request) { Problem = why };
        }

        if (account.Status == AccountStatus.Closed)
        {
            return new Plan(request) { Problem = Problem.Refused($"Account {account.Number} is closed; nothing is published to it any more.") };
        }

        var wanted = SubscriptionSql.Wanted(connection, account.Id);
        var set = new PublicationSet(account.Id, account.Number, feed.Name)
        {
            Actor = actor,
            State = PublicationState.Staging,
            Replaces = request.Replace,
            Reason = request.Reason,
            By = request.By,
            IsOfParentItself = request.IsOfParentItself,
        };
        List<string> unwanted = [];
        foreach (var file in request.Files)
        {
            if (wanted.Count > 0 && !wanted.Contains((feed.Name, feed.FileTypeOf(file.Name)!)))
            {
                unwanted.Add(file.Name);
                continue;
            }

            set.Files.Add(new PublicationEntry(VaultPath.Parse($"{feed.Folder}/{file.Name}"), NewToken()) { Source = file });
        }

        var plan = new Plan(request) { Set = set.Files.Count == 0 ? null : set, Account = account.Number, Feed = feed, Unwanted = unwanted };
        if (plan.Set is not null)
        {
            PublicationSql.Begin(connection, set, owner, time.GetUtcNow());
        }

        return plan;
    }

    private Result<FeedType> Check(PublishRequest request)
    {
        var found = types.Find(request.Feed);
        if (!found.Succeeded)
        {
            return found;
        }

        if (request.Files.Count is 0 or > FeedLimits.SetFiles)
        {
            return Problem.Invalid($"A set has 1 to {FeedLimits.SetFiles} files; this one has {request.Files.Count}.");
        }

        if (request.Replace && request.Reason is null)
        {
            return Problem.Invalid("To replace files that customers may have needs a reason. Give it with --reason TEXT.");
        }

        if (request.Reason is not null && Words.Check("reason", request.Reason) is { } bad)
        {
            return bad;
        }

        foreach (var file in request.Files)
        {
            if (!IsFileName(file.Name))
            {
                return Problem.Invalid($"'{Words.Show(file.Name)}' cannot be the name of a file in a vault. Rename it.");
            }

            if (found.Value.FileTypeOf(file.Name) is null)
            {
                return Problem.Invalid(
                    $"The feed {found.Value.Name} carries {string.Join(", ", found.Value.FileTypes)}, and {Words.Show(file.Name)} is none of these. Choose another feed, or set Feeds:Types.");
            }
        }

        return request.Files.DistinctBy(static file => file.Name).Count() == request.Files.Count
            ? found
            : Problem.Invalid("Two files of the set have the same name. Rename one of them.");
    }

    /// <summary>Writes the hidden files of a set; what cannot be written fails the set.</summary>
    private async ValueTask StageAsync(PublicationSet set, IStagingStore store, CancellationToken cancellationToken)
    {
        foreach (var file in set.Files)
        {
            set.Error = await StageAsync(set, file, store, cancellationToken).ConfigureAwait(false);
            if (set.Error != StoreError.None || set.Problem is not null)
            {
                set.Problem ??= Problem.Unusable($"{file.Path} of account {set.Account} cannot be written ({set.Error}). Check the room of the data directory and the folders of the vault.");
                Discard(set, store);
                return;
            }

            Step("staged-one");
        }
    }

    private async ValueTask<StoreError> StageAsync(PublicationSet set, PublicationEntry file, IStagingStore store, CancellationToken cancellationToken)
    {
        try
        {
            // A vault that is older than its feed lacks the folder.
            var folder = file.Path.Parent;
            if (await store.GetAttributesAsync(folder, followLink: true).ConfigureAwait(false) is { Error: StoreError.NotFound })
            {
                stores.EnsureFolder(set.Account, folder.ToString());
            }

            using var content = new MeasuringStream(file.Source!.Open());
            var staged = await store.StageAsync(file.Path, file.Token, content, cancellationToken).ConfigureAwait(false);
            if (!staged.Succeeded)
            {
                return staged.Error;
            }

            content.Content.Tell(file);
            file.Number = FileNumber.Of(staged.Value);
            file.IsOnDisk = (await store.GetAttributesAsync(file.Path, followLink: false).ConfigureAwait(false)).Succeeded;
            return StoreError.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            set.Problem = Problem.Unusable($"The file {Words.Show(file.Source!.Name)} cannot be read. Check that it exists, its owner and its rights.");
            return StoreError.None;
        }
    }

    private static void Discard(PublicationSet set, IStagingStore store)
    {
        foreach (var file in set.Files)
        {
            store.Discard(file.Path, file.Token);
        }
    }

    /// <summary>Does something with each set in its vault, several at once.</summary>
    private async ValueTask EachAsync(
        IReadOnlyList<PublicationSet> sets, Func<PublicationSet, IStagingStore, CancellationToken, ValueTask> act, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(
            sets,
            new ParallelOptions { MaxDegreeOfParallelism = AfterStep is null ? FeedLimits.Parallel : 1, CancellationToken = cancellationToken },
            async (set, cancellation) =>
            {
                var opened = stores.OpenStaging(set.Account);
                if (!opened.Succeeded)
                {
                    set.Error = opened.Error;
                    set.Problem = Problem.Unusable($"The vault of account {set.Account} cannot be opened ({opened.Error}). Run `waybill doctor`.");
                    return;
                }

                await using var store = opened.Value;
                await act(set, store, cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false);

    private static Problem NoChild(string by, string account) =>
        Problem.Refused($"Account {Words.Show(account)} is no child of {Words.Show(by)}, and a parent account publishes to its children only.");

    private static bool IsFileName(string name) =>
        VaultPath.TryParse(Encoding.UTF8.GetBytes(name), VaultPath.Root, out var path) == VaultPathError.None && path!.Parent.IsRoot && path.Name.SequenceEqual(Encoding.UTF8.GetBytes(name));

    private static string NewToken() => RandomNumberGenerator.GetHexString(IStagingStore.TokenLength, lowercase: true);

    private void Step(string name) => AfterStep?.Invoke(name);

    private sealed record Plan(PublishRequest Request)
    {
        public Problem? Problem { get; init; }

        public PublicationSet? Set { get; init; }

        public string? Account { get; init; }

        public FeedType? Feed { get; init; }

        public IReadOnlyList<string> Unwanted { get; init; } = [];

        public Result<PublishReport> Report(Problem? unsettled)
        {
            if ((Problem ?? Set?.Problem) is { } problem)
            {
                return problem;
            }

            return unsettled is not null && Set?.State == PublicationState.Committing
                ? unsettled
                : new PublishReport(
                    Set?.Id, Account!, Feed!.Name, Set?.State ?? PublicationState.Discarded,
                    Set is null ? [] : [.. Set.Files.Select(file => file.View(Set.State == PublicationState.Held))], Unwanted);
        }
    }
}

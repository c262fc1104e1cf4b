using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Retention;

namespace Waybill.Portal.Staff;

/// <summary>
/// What goes of all accounts, or of one. To work it out reads the catalogue, some seconds where that has a million files: it is done when somebody asks for it, by one at a
/// time, and kept for the pages after.
/// </summary>
internal sealed class RetentionForecast(RetentionService retention, ForecastTurns turns, IStringLocalizer<StaffTexts> words, TimeProvider time)
{
    private readonly Lock _lock = new();

    // The latest first.
    private readonly LinkedList<WorkedOf> _of = [];

    /// <summary>What was worked out last; null before.</summary>
    public Worked? Last { get; private set; }

    /// <summary>What was worked out last of an account; null when that is too long ago, or never was.</summary>
    public WorkedOf? LastOf(string account)
    {
        lock (_lock)
        {
            return _of.FirstOrDefault(each => IsOf(each, account));
        }
    }

    /// <summary>Works out anew what goes of an account.</summary>
    public async Task<Problem?> WorkOutAsync(string account, Actor actor, CancellationToken cancellationToken)
    {
        using var turn = turns.TryTake();
        if (turn is null)
        {
            return AtWork();
        }

        AccountPlan? total = null;
        List<PlannedFile> files = [];
        var plan = await retention.PlanAsync(
            new PlanRequest
            {
                Account = account,
                OnAccount = each => total = each,
                OnFile = file =>
                {
                    if (files.Count < PortalLimits.ListRows)
                    {
                        files.Add(file);
                    }
                },
            },
            actor, cancellationToken);
        if (!plan.Succeeded)
        {
            return plan.Problem;
        }

        Keep(new WorkedOf(account, plan.Value, total, files, time.GetUtcNow()));
        return null;
    }

    /// <summary>Keeps what was worked out of an account, and forgets the oldest.</summary>
    internal void Keep(WorkedOf worked)
    {
        lock (_lock)
        {
            if (_of.FirstOrDefault(each => IsOf(each, worked.Account)) is { } before)
            {
                _of.Remove(before);
            }

            _of.AddFirst(worked);
            while (_of.Count > PortalLimits.ForecastsKept)
            {
                _of.RemoveLast();
            }
        }
    }

    /// <summary>Works out anew what goes of all.</summary>
    public async Task<Problem?> WorkOutAsync(Actor actor, CancellationToken cancellationToken)
    {
        using var turn = turns.TryTake();
        if (turn is null)
        {
            return AtWork();
        }

        // Those that lose most, and no more of them than are shown.
        var most = new PriorityQueue<AccountPlan, long>();
        var plan = await retention.PlanAsync(
            new PlanRequest
            {
                OnAccount = account =>
                {
                    most.Enqueue(account, account.Bytes);
                    if (most.Count > PortalLimits.ListRows)
                    {
                        most.Dequeue();
                    }
                },
            },
            actor, cancellationToken);
        if (!plan.Succeeded)
        {
            return plan.Problem;
        }

        Last = new Worked(plan.Value, [.. most.UnorderedItems.OrderByDescending(static each => each.Priority).ThenBy(static each => each.Element.Account, StringComparer.Ordinal).Select(static each => each.Element)], time.GetUtcNow());
        return null;
    }

    private static bool IsOf(WorkedOf worked, string account) => string.Equals(worked.Account, account, StringComparison.OrdinalIgnoreCase);

    private Problem AtWork() => new(ProblemKind.Refused, words["RetainAtWork"].Value);

    /// <param name="Account">The account.</param>
    /// <param name="Plan">What goes of it.</param>
    /// <param name="Total">Of that, what a hold keeps and what nobody has fetched; null when nothing goes.</param>
    /// <param name="Files">The first files that go, the oldest first.</param>
    /// <param name="Made">When it was worked out.</param>
    internal sealed record WorkedOf(string Account, RetentionPlan Plan, AccountPlan? Total, IReadOnlyList<PlannedFile> Files, DateTimeOffset Made);

    /// <param name="Plan">What goes in all.</param>
    /// <param name="Accounts">The accounts that lose most.</param>
    /// <param name="Made">When it was worked out.</param>
    internal sealed record Worked(RetentionPlan Plan, IReadOnlyList<AccountPlan> Accounts, DateTimeOffset Made);
}

using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Retention;

namespace Waybill.Portal.Staff;

/// <summary>
/// What goes of all accounts. To work it out reads the whole catalogue, some seconds where that has a million files: it is done when somebody asks for it, by one at a
/// time, and kept for the pages after.
/// </summary>
internal sealed class RetentionForecast(RetentionService retention, ForecastTurns turns, IStringLocalizer<StaffTexts> words, TimeProvider time)
{
    /// <summary>What was worked out last; null before.</summary>
    public Worked? Last { get; private set; }

    /// <summary>Works it out anew.</summary>
    public async Task<Problem?> WorkOutAsync(Actor actor, CancellationToken cancellationToken)
    {
        using var turn = turns.TryTake();
        if (turn is null)
        {
            return new Problem(ProblemKind.Refused, words["RetainAtWork"].Value);
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

    /// <param name="Plan">What goes in all.</param>
    /// <param name="Accounts">The accounts that lose most.</param>
    /// <param name="Made">When it was worked out.</param>
    internal sealed record Worked(RetentionPlan Plan, IReadOnlyList<AccountPlan> Accounts, DateTimeOffset Made);
}

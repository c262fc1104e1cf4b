using Waybill.Core;

namespace Waybill.Portal.Api;

/// <summary>Lists are answered in pages: <c>items</c>, and in <c>next</c> what to send as <c>after</c>.</summary>
internal static class ApiPaging
{
    /// <summary>The parameters of each list.</summary>
    public static ApiParameter[] Parameters { get; } =
    [
        ApiParameter.Number("limit", $"at most so many; {PortalLimits.ApiPage} unless given", 1, PortalLimits.ApiPageMaximum),
        ApiParameter.Text("after", "next of the page before"),
    ];

    /// <summary>Those, and others.</summary>
    public static ApiParameter[] With(params ApiParameter[] others) => [.. Parameters, .. others];

    /// <summary>A page of Core, shown.</summary>
    public static Page<TView> Of<T, TView>(Page<T> page, Func<T, TView> view) => new([.. page.Items.Select(view)], page.Next);

    /// <summary>A page of what is in memory, in the order of the names: the next page begins behind a name also when that is gone.</summary>
    public static Page<T> Cut<T>(ApiCall call, IEnumerable<T> all, Func<T, string> name)
    {
        var rest = all.OrderBy(name, StringComparer.Ordinal).Where(item => call.After is not { } after || string.CompareOrdinal(name(item), after) > 0);
        T[] items = [.. rest.Take(call.Limit + 1)];
        return items.Length > call.Limit ? new([.. items.Take(call.Limit)], name(items[call.Limit - 1])) : new(items, null);
    }

    /// <summary>A list that is short by its nature.</summary>
    public static Page<T> Whole<T>(IEnumerable<T> items) => new([.. items], null);
}

/// <summary>Why, for the audit.</summary>
/// <param name="Reason">In words.</param>
internal sealed record ReasonBody(string? Reason = null);

/// <summary>Why, where it must be said.</summary>
/// <param name="Reason">In words.</param>
internal sealed record NeededReasonBody(string Reason);

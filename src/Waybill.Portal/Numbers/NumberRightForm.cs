using Waybill.Core.Logins;

namespace Waybill.Portal.Numbers;

/// <summary>The form that sets what a login may do with numbers.</summary>
/// <param name="Now">What it may.</param>
/// <param name="Action">Where it is sent.</param>
internal sealed record NumberRightForm(NumberRight Now, string Action)
{
    /// <summary>What was chosen; null for a word that nobody can choose, which changes nothing.</summary>
    public static NumberRight? Read(string? word) => Enum.TryParse<NumberRight>(word, out var right) && Enum.IsDefined(right) ? right : null;
}

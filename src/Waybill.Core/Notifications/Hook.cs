namespace Waybill.Core.Notifications;

/// <summary>A web hook: an address that is called when something happens.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Url">Where it is called.</param>
/// <param name="Topics">The topics that it wants; * for all.</param>
/// <param name="Account">Only events of this account; null for all.</param>
/// <param name="Created">When it was added.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="Failures">How often in a row it could not be reached.</param>
/// <param name="RetryAt">When it is called again; null for at once.</param>
/// <param name="Waiting">Calls that wait.</param>
/// <param name="Dead">Calls that were given up.</param>
public sealed record Hook(
    long Id, string Url, IReadOnlyList<string> Topics, string? Account, DateTimeOffset Created, string CreatedBy, int Failures, DateTimeOffset? RetryAt, long Waiting, long Dead)
{
    /// <summary>Whether it is called for an event.</summary>
    internal bool Wants(string topic, string? account) =>
        (Account is null || Account == account) && (Topics.Contains(TopicRule.Any) || Topics.Contains(topic));
}

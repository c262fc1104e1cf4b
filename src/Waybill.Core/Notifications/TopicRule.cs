namespace Waybill.Core.Notifications;

/// <summary>Who is told of the events of a topic.</summary>
/// <param name="Topic">The topic's word; * for all that have no rule of their own.</param>
/// <param name="Account">How the account's e-mail address is told.</param>
/// <param name="Provider">How the provider's support is told.</param>
public sealed record TopicRule(string Topic, Telling Account, Telling Provider)
{
    /// <summary>The rule for every topic without one.</summary>
    public const string Any = "*";

    /// <summary>What is shipped: what customers can do something about goes to them too; everything goes to the provider. No topic is told to customers unless it is named here.</summary>
    public static IReadOnlyList<TopicRule> Shipped { get; } =
    [
        new(Expectations.ExpectationTopics.Missing, Telling.None, Telling.Now),
        new(Expectations.ExpectationTopics.Late, Telling.Digest, Telling.Digest),
        new(Expectations.ExpectationTopics.Unfetched, Telling.Digest, Telling.Digest),
        new(Any, Telling.None, Telling.Digest),
    ];

    /// <summary>The rule for a topic: the configured one, else the shipped one, each before its own *.</summary>
    internal static TopicRule Find(IReadOnlyList<TopicRule> configured, string topic) =>
        configured.FirstOrDefault(rule => rule.Topic == topic)
        ?? configured.FirstOrDefault(rule => rule.Topic == Any)
        ?? Shipped.FirstOrDefault(rule => rule.Topic == topic)
        ?? Shipped[^1];
}

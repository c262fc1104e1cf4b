namespace Waybill.Core.Notifications;

/// <summary>Who is told of the events of a topic.</summary>
/// <param name="Topic">The topic's word; * for all that have no rule of their own.</param>
/// <param name="Account">How the account's e-mail address is told.</param>
/// <param name="Provider">How the provider's support is told.</param>
public sealed record TopicRule(string Topic, Telling Account, Telling Provider)
{
    /// <summary>The rule for every topic without one.</summary>
    public const string Any = "*";

    /// <summary>
    /// What is shipped. A topic that is not named here is told to no customer: what the provider's own people need to know is not theirs. Hardly anything is a
    /// mail of its own, since what goes wrong goes wrong for many accounts at once.
    /// </summary>
    public static IReadOnlyList<TopicRule> Shipped { get; } =
    [
        new(Billing.BillingTopics.Low, Telling.Now, Telling.Digest),
        new(Certificates.CertificateTopics.Announced, Telling.Now, Telling.None),
        new(Certificates.CertificateTopics.Due, Telling.None, Telling.Now),
        new(Expectations.ExpectationTopics.Missing, Telling.None, Telling.Digest),
        new(Expectations.ExpectationTopics.Late, Telling.Digest, Telling.Digest),
        new(Expectations.ExpectationTopics.Unfetched, Telling.Digest, Telling.Digest),
        new("file-published", Telling.Digest, Telling.None),
        new("file-recalled", Telling.Digest, Telling.None),
        new("file-rejected", Telling.Digest, Telling.None),
        new(Keys.Handover.HandoverTopics.Locked, Telling.None, Telling.Now),
        new(Keys.Life.KeyTopics.Expiring, Telling.Now, Telling.Digest),
        new(Keys.Life.KeyTopics.SentInUse, Telling.None, Telling.Now),
        new(Keys.Life.KeyTopics.ReportedLost, Telling.Now, Telling.Now),
        new(Keys.Life.KeyTopics.LostElsewhere, Telling.None, Telling.Now),
        .. Numbers.NumberActions.Quiet.Select(static topic => new TopicRule(topic, Telling.None, Telling.None)),
        new(Passwords.PasswordTopics.Guessing, Telling.None, Telling.Now),
        new(Porting.PortingTopics.Of(Porting.PortingState.Submitted), Telling.None, Telling.Now),
        new(Porting.PortingTopics.Of(Porting.PortingState.Validating), Telling.Digest, Telling.None),
        new(Porting.PortingTopics.Of(Porting.PortingState.Rejected), Telling.Now, Telling.None),
        new(Porting.PortingTopics.Of(Porting.PortingState.Accepted), Telling.Now, Telling.None),
        new(Porting.PortingTopics.Of(Porting.PortingState.Scheduled), Telling.Now, Telling.None),
        new(Porting.PortingTopics.Of(Porting.PortingState.Completed), Telling.Now, Telling.Digest),
        new(Porting.PortingTopics.Of(Porting.PortingState.Cancelled), Telling.Now, Telling.Now),
        new(Porting.PortingTopics.Overdue, Telling.None, Telling.Now),
        new("quota-80", Telling.Digest, Telling.Digest),
        new("quota-95", Telling.Now, Telling.Digest),
        new(Onboarding.OnboardingTopics.KeyReplaced, Telling.Now, Telling.None),
        new(Onboarding.OnboardingTopics.RequestOpen, Telling.None, Telling.Now),
        new("retention-notice", Telling.Now, Telling.None),
        new("retention-trouble", Telling.None, Telling.Now),
        new(Any, Telling.None, Telling.Digest),
    ];

    /// <summary>The rule for a topic: the configured one, else the shipped one, each before its own *.</summary>
    internal static TopicRule Find(IReadOnlyList<TopicRule> configured, string topic) =>
        configured.FirstOrDefault(rule => rule.Topic == topic)
        ?? configured.FirstOrDefault(rule => rule.Topic == Any)
        ?? Shipped.FirstOrDefault(rule => rule.Topic == topic)
        ?? Shipped[^1];
}

namespace Waybill.Core.People;

/// <summary>A session of the portal; its token is not part of it.</summary>
/// <param name="Id">Its number: for lists, never for a cookie.</param>
/// <param name="Person">Whose it is, with roles as they are now.</param>
/// <param name="Stage">How far the person has come.</param>
/// <param name="Created">When it began.</param>
/// <param name="LastUsed">When it was used last, to the minute.</param>
/// <param name="Ends">When it ends whatever is done.</param>
/// <param name="Confirmed">When the second factor was shown last.</param>
/// <param name="Source">Where it began.</param>
/// <param name="Agent">What the browser says it is.</param>
/// <param name="View">The account that the person looks at as its customer; null for none.</param>
public sealed record PortalSession(
    long Id, Person Person, SessionStage Stage, DateTimeOffset Created, DateTimeOffset LastUsed, DateTimeOffset Ends, DateTimeOffset? Confirmed, string Source, string Agent,
    AccountView? View)
{
    /// <summary>Whether credentials may be changed without another second factor.</summary>
    public bool IsConfirmed(DateTimeOffset now) => Stage == SessionStage.Full && Confirmed is { } at && now - at < SessionLimits.Confirmed;

    /// <summary>Who acts, for the audit.</summary>
    public Actor ActorFrom(PortalClient client) => Actor.Person(Person.Email, client.Text, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"portal {Id}"));
}

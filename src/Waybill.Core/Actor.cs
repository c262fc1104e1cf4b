using System.Globalization;

namespace Waybill.Core;

/// <summary>Who does something, and from where: goes into every audit row.</summary>
/// <param name="Kind">What sort of actor.</param>
/// <param name="Name">The operator's system user, the login's user name, the person's e-mail address, or the token's name and number.</param>
public sealed record Actor(ActorKind Kind, string Name)
{
    private const int TokenName = 100;

    /// <summary>The program itself.</summary>
    public static Actor System { get; } = new(ActorKind.System, "waybill");

    /// <summary>The address that the request came from; null for a local one.</summary>
    public string? Address { get; init; }

    /// <summary>The connection's id; null without one.</summary>
    public string? Connection { get; init; }

    /// <summary>The person at the command line.</summary>
    public static Actor Operator(string name) => new(ActorKind.Operator, name);

    /// <summary>A person in the portal.</summary>
    public static Actor Person(string email, string? address, string? session) =>
        new(ActorKind.Person, email) { Address = address, Connection = session };

    /// <summary>A login on a connection.</summary>
    public static Actor Login(string userName, string? address, string? connection) =>
        new(ActorKind.Login, userName) { Address = address, Connection = connection };

    /// <summary>A program that calls the REST API. Names of tokens are not unique, so the number goes with it; and its blanks can be in no user name.</summary>
    public static Actor Token(string name, long id, string? address)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(ActorKind.Token, string.Create(CultureInfo.InvariantCulture, $"{(name.Length > TokenName ? name[..TokenName] : name)} (token {id})")) { Address = address };
    }
}

using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Catalogue;
using Waybill.Core.People;
using Waybill.Core.Tokens;

namespace Waybill.Core.AccountFiles;

/// <summary>Who uses an account's files over the web: a person in the portal, or a program with a token.</summary>
public sealed record FileUser
{
    private const int OwnerHash = 15;

    private FileUser(string name, string owner, string protocol, DateTimeOffset created) => (Name, Owner, Protocol, Created) = (name, owner, protocol, created);

    /// <summary>As catalogue and audit name them.</summary>
    public string Name { get; }

    /// <summary>Whose cut-off uploads are theirs: by the number and the moment of their row, so that a later one is another.</summary>
    public string Owner { get; }

    /// <summary>One of <see cref="DeliveryProtocol"/>.</summary>
    public string Protocol { get; }

    /// <summary>Since when they are known.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>A person.</summary>
    public static FileUser Of(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return new FileUser(person.Email, Hash('p', person.Id, person.Created), DeliveryProtocol.Portal, person.Created);
    }

    /// <summary>A program.</summary>
    public static FileUser Of(ApiToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new FileUser(Actor.Token(token.Name, token.Id, null).Name, Hash('t', token.Id, token.Created), DeliveryProtocol.Rest, token.Created);
    }

    private static string Hash(char kind, long id, DateTimeOffset created) =>
        kind + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{id} {created.ToUnixTimeMilliseconds()}"))))[..OwnerHash];
}

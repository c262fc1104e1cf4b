using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Logins;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys.Generation;

/// <summary>Keys that the provider makes for customers who cannot make one.</summary>
/// <param name="database">Where the public half goes.</param>
/// <param name="audit">Where it is recorded.</param>
/// <param name="keys">Installs it.</param>
/// <param name="time">The clock.</param>
public sealed class KeyGeneration(WaybillDatabase database, AuditLog audit, KeyService keys, TimeProvider time)
{
    /// <summary>Makes a pair for a login that is there. Nothing is stored: whoever called brings it to its place, then installs it.</summary>
    public async ValueTask<Result<GeneratedKey>> MakeAsync(string userName, KeyRecipe recipe, CancellationToken cancellationToken = default)
    {
        var login = await database.ReadAsync(connection => LoginSql.Find(connection, userName), cancellationToken).ConfigureAwait(false);
        return login is null ? LoginSql.Unknown(userName) : GeneratedKey.Make(login.UserName, recipe, time.GetUtcNow());
    }

    /// <summary>Installs the public half.</summary>
    public ValueTask<Result<InstalledKey>> InstallAsync(
        string userName, GeneratedKey generated, string? label, DateTimeOffset? expires, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync<InstalledKey>(transaction => Install(transaction, userName, generated, label, expires, actor), cancellationToken);

    /// <summary>Installs the public half, in the transaction of something larger.</summary>
    internal Result<InstalledKey> Install(
        WriteTransaction transaction, string userName, GeneratedKey generated, string? label, DateTimeOffset? expires, Actor actor)
    {
        // A key that was made this moment is neither burnt nor revoked: a refusal would be news to nobody.
        var added = keys.Add(transaction, userName, new NewKey(generated.PublicKey) { Label = label, Comment = generated.Comment, Expires = expires }, actor, out _);
        if (!added.Succeeded)
        {
            return added.Problem;
        }

        var login = LoginSql.Find(transaction.Connection, userName)!;
        var key = added.Value.Key;
        audit.Append(transaction, new AuditEntry(AuditActions.KeyGenerated, actor)
        {
            Account = login.Account,
            Subject = login.UserName,
            Detail = $"{key.Type} {key.Bits} {key.Sha256}, {Name(generated.Recipe.Format)}",
        });
        return key;
    }

    internal static string Name(ProtectedKeyFormat format) => format switch
    {
        ProtectedKeyFormat.Ppk3 => "PPK 3",
        ProtectedKeyFormat.Ppk2 => "PPK 2",
        _ => "OpenSSH",
    };
}

using Waybill.Core.Database;
using Waybill.Core.Logins;

namespace Waybill.Core.Numbers;

/// <summary>What a caller may do: all that is done for one goes through here.</summary>
public sealed partial class NumberService
{
    private const string AskOwner = "Use another login of the account, or have the account's owner or the provider allow it.";

    /// <summary>Looks at something for a caller.</summary>
    private async ValueTask<Result<T>> LookAsync<T>(NumberCaller caller, Func<DatabaseConnection, Result<T>> look, CancellationToken cancellationToken)
        where T : notnull => await database.ReadAsync(
            connection => MayNot(connection, caller, NumberRight.Look) is { } forbidden ? forbidden : look(connection), cancellationToken).ConfigureAwait(false);

    /// <summary>Changes something for a caller.</summary>
    private ValueTask<Result<T>> ChangeAsync<T>(NumberCaller caller, Func<WriteTransaction, Result<T>> change, CancellationToken cancellationToken)
        where T : notnull => database.WriteAsync(
            transaction => MayNot(transaction.Connection, caller, NumberRight.Change) is { } forbidden ? forbidden : change(transaction), cancellationToken);

    /// <summary>Why a caller may not; null when it may. A login's right is read each time, so that another one counts at once, in sessions that live too.</summary>
    private static Problem? MayNot(DatabaseConnection connection, NumberCaller caller, NumberRight needed)
    {
        if (caller.Login is not { } login)
        {
            return null;
        }

        var right = connection.First("SELECT numbers FROM login WHERE id = @id", static row => (NumberRight?)row.Word<NumberRight>(0), ("@id", login)) ?? NumberRight.None;
        return right >= needed ? null
            : Problem.Forbidden(right == NumberRight.Look ? $"This login may look at numbers and not change them. {AskOwner}" : $"This login may not use numbers. {AskOwner}");
    }
}

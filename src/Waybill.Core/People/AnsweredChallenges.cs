using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Database;

namespace Waybill.Core.People;

/// <summary>
/// Challenges of passkeys that were answered rightly, until their time is over: an answer counts once, whichever process it reaches and after a restart too, even where the
/// authenticator does not count.
/// </summary>
/// <param name="database">Where they are remembered.</param>
/// <param name="time">The clock.</param>
public sealed class AnsweredChallenges(WaybillDatabase database, TimeProvider time)
{
    /// <summary>Uses a challenge up; false when it was used before, when there are too many to remember, and when that cannot be written.</summary>
    /// <param name="challenge">What was asked.</param>
    /// <param name="life">For how long an answer to it is taken.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<bool> UseAsync(string challenge, TimeSpan life, CancellationToken cancellationToken = default)
    {
        var (hash, now) = (SHA256.HashData(Encoding.UTF8.GetBytes(challenge)), time.GetUtcNow());
        var used = await database.WriteAsync<bool>(
            transaction =>
            {
                var connection = transaction.Connection;
                connection.Execute("DELETE FROM passkey_challenge WHERE until <= @now", ("@now", now.ToColumn()));
                return connection.Number("SELECT count(*) FROM passkey_challenge") < SignInLimits.AnsweredChallenges
                    && connection.Execute("INSERT INTO passkey_challenge (hash, until) VALUES (@hash, @until) ON CONFLICT (hash) DO NOTHING", ("@hash", hash), ("@until", (now + life).ToColumn())) == 1;
            },
            cancellationToken).ConfigureAwait(false);
        return used is { Succeeded: true, Value: true };
    }
}

using Waybill.Core.Logins;
using Waybill.SshKeys.Crypto;

namespace Waybill.Core.Passwords;

/// <summary>Passwords that another server has hashed: customers keep their login details when their provider moves here.</summary>
public sealed partial class LoginPasswords
{
    /// <summary>
    /// Takes over hashes, all or none: lines of USER:HASH, with empty ones and those that begin with # left out, and those whose password is locked. A login that has a
    /// password keeps it, so that a file can be taken over again; each hash becomes one of ours when its password is used for the first time.
    /// </summary>
    public async ValueTask<Result<PasswordImport>> ImportAsync(IReadOnlyList<string> lines, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lines);
        if (lines.Count > PasswordLimits.ImportLines)
        {
            return Problem.LimitReached($"The file has more than {PasswordLimits.ImportLines} lines. Take it over in parts.");
        }

        if (!UnixCrypt.IsLoaded)
        {
            return Problem.Unusable(UnixCrypt.Missing + ".");
        }

        List<(int Line, string User, string Hash)> entries = [];
        var locked = 0;
        for (var i = 0; i < lines.Count; i++)
        {
            // Editors of Windows begin a file with a mark.
            var line = (i == 0 ? lines[i].TrimStart('\uFEFF') : lines[i]).Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line.Split(':') is not [var user, var hash])
            {
                return At(i + 1, "is not USER:HASH; of a passwd or shadow file, cut -d: -f1,2 makes such lines");
            }

            // Those of the system itself in a shadow file, and of customers who are not to come in.
            if (UnixCrypt.IsLocked(hash))
            {
                locked++;
                continue;
            }

            if (UnixCrypt.Complaint(hash) is { } complaint)
            {
                return At(i + 1, $"({Words.Show(user)}) {complaint}");
            }

            entries.Add((i + 1, user, hash));
        }

        if (entries.Count + locked == 0)
        {
            return Problem.Refused("The file has no line of USER:HASH. Nothing was taken over.");
        }

        return await _database.WriteAsync<PasswordImport>(
            transaction =>
            {
                var (connection, now) = (transaction.Connection, _time.GetUtcNow());
                HashSet<string> seen = new(StringComparer.Ordinal);
                List<string> kept = [];
                foreach (var (line, user, hash) in entries)
                {
                    if (!seen.Add(UserName.Fold(user)))
                    {
                        return At(line, $"names {Words.Show(user)} a second time");
                    }

                    if (LoginSql.Find(connection, user) is not { } login)
                    {
                        return At(line, $"names {Words.Show(user)}, and there is no such login: add it first, or take the line out");
                    }

                    if (LoginPasswordSql.Find(connection, login.Id) is not null)
                    {
                        kept.Add(login.UserName);
                        continue;
                    }

                    LoginPasswordSql.Set(connection, login.Id, hash, actor.Name, isImported: true, now);
                    Record(transaction, PasswordActions.Imported, login, actor, hash[..(hash.IndexOf('$', 1) + 1)]);
                }

                return new PasswordImport(entries.Count - kept.Count, kept, locked);
            },
            cancellationToken).ConfigureAwait(false);

        static Problem At(int line, string what) => Problem.Refused($"Line {line} {what}. Nothing was taken over.");
    }
}

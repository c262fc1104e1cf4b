using System.Text;
using Waybill.Storage;

namespace Waybill.Sftp;

/// <summary>
/// Where a login may not make a name. In a directory that it can see it is told so, and where it may: a person types <c>put FILE</c> at <c>/</c> first of all.
/// The answer depends on the rights alone and never on what lies there, so that it tells nothing of hidden names.
/// </summary>
internal static class SftpNewNames
{
    private const int MostFoldersNamed = 3;

    /// <summary>A refusal in the words that the login's rules have for it, if they have any.</summary>
    public static SftpAnswer Advise(IAccessRules rules, SftpAnswer answer) =>
        answer is { Outcome: SftpOutcome.StoreFailed, Error: StoreError.PermissionDenied, Words: null } && rules.Advice is { } advice
            ? answer with { Words = Encoding.UTF8.GetBytes(advice) }
            : answer;

    /// <summary>The refusal of a new name at a path; below a directory that the login cannot see it is no such file.</summary>
    public static SftpAnswer Refusal(IAccessRules rules, VaultPath path, FileRights needs)
    {
        if (rules.RightsAt(path) == FileRights.None && !rules.RightsAt(path.Parent).HasFlag(FileRights.List))
        {
            return SftpOutcome.Hidden;
        }

        var folders = rules.FoldersWith(needs);
        if (folders.Count == 0)
        {
            return StoreError.PermissionDenied;
        }

        var where = string.Join(" or ", folders.Take(MostFoldersNamed));
        return new SftpAnswer(SftpOutcome.StoreFailed, StoreError.PermissionDenied, Encoding.UTF8.GetBytes($"You may not put anything here; put it into {where}."));
    }
}

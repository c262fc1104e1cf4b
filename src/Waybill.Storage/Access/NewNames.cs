using System.Text;

namespace Waybill.Storage.Access;

/// <summary>
/// Where a login may not make a name. In a directory that it can see it is told so, and where it may: a person types <c>put FILE</c> at <c>/</c> first of all.
/// The answer depends on the rights alone and never on what lies there, so that it tells nothing of hidden names.
/// </summary>
public static class NewNames
{
    private const int MostFoldersNamed = 3;

    /// <summary>The refusal of a new name at a path; below a directory that the login cannot see it is no such file.</summary>
    public static AccessAnswer Refusal(IAccessRules rules, VaultPath path, FileRights needs)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(path);
        if (rules.RightsAt(path) == FileRights.None && !rules.RightsAt(path.Parent).HasFlag(FileRights.List))
        {
            return AccessAnswer.Hidden;
        }

        var folders = rules.FoldersWith(needs);
        if (folders.Count == 0)
        {
            return StoreError.PermissionDenied;
        }

        var where = string.Join(" or ", folders.Take(MostFoldersNamed));
        return new AccessAnswer(AccessOutcome.StoreFailed, StoreError.PermissionDenied, Encoding.UTF8.GetBytes($"You may not put anything here; put it into {where}."));
    }
}

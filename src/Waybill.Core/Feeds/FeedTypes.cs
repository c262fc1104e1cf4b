using System.Buffers;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>The provider's feeds; configuration (<c>Feeds:Types</c>).</summary>
/// <param name="All">The feeds.</param>
public sealed record FeedTypes(IReadOnlyList<FeedType> All)
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The feeds that are shipped.</summary>
    public static FeedTypes Default { get; } = new(
    [
        new("cdr", "/cdr", ["csv", "csv.gz", "zip"]),
        new("data", "/data", ["csv", "csv.gz", "zip"]),
        new("invoice", "/invoices", ["csv", "pdf"]),
        new("sir", "/data/sir", ["csv", "csv.gz", "zip"], OpenToParents: true),
        new("report", "/reports", ["csv", "pdf"]),
    ]);

    /// <summary>The folder of each feed, by its name.</summary>
    public IReadOnlyDictionary<string, string> Folders => All.ToDictionary(static type => type.Name, static type => type.Folder, StringComparer.Ordinal);

    /// <summary>What is wrong with feeds that came from configuration, or null.</summary>
    public Problem? Check()
    {
        if (All.Count > FeedLimits.Types)
        {
            return Problem.Invalid($"There are more than {FeedLimits.Types} feeds. Remove some.");
        }

        foreach (var type in All)
        {
            if (!IsName(type.Name))
            {
                return Problem.Invalid($"'{Words.Show(type.Name)}' is no name of a feed: use 1 to {FeedLimits.NameLength} of a-z 0-9 . _ - and begin with a letter or digit.");
            }

            if (!IsFolder(type.Folder))
            {
                return Problem.Invalid($"The folder '{Words.Show(type.Folder)}' of the feed {type.Name} is no path as /cdr. Correct it.");
            }

            if (type.FileTypes.Count == 0 || type.FileTypes.Any(static fileType => !IsName(fileType)))
            {
                return Problem.Invalid($"The feed {type.Name} needs file types as csv or csv.gz, in lower case and without the dot. Correct them.");
            }
        }

        return All.DistinctBy(static type => type.Name).Count() == All.Count
            ? null
            : Problem.Invalid("A feed stands twice in the list. Remove one of them.");
    }

    /// <summary>A feed by its name.</summary>
    public Result<FeedType> Find(string name) => All.FirstOrDefault(type => type.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found
        ? found
        : Problem.Invalid($"There is no feed {Words.Show(name)}. There are: {string.Join(", ", All.Select(static type => type.Name))}.");

    /// <summary>The feed of a place in a vault: that with the longest folder above it.</summary>
    public FeedType? At(string path) => All
        .Where(type => path.StartsWith(type.Folder + "/", StringComparison.Ordinal))
        .MaxBy(static type => type.Folder.Length);

    /// <summary>The feed of a file that has its final name; null for all others.</summary>
    internal FeedType? AtFinal(string path) => UnfinishedNames.Has(path[(path.LastIndexOf('/') + 1)..]) ? null : At(path);

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= FeedLimits.NameLength && char.IsAsciiLetterOrDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    private static bool IsFolder(string folder)
    {
        try
        {
            return folder.Length > 1 && VaultPath.Parse(folder).ToString() == folder && !folder.Contains(LayoutTemplate.VendorToken, StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

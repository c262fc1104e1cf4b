using Waybill.Core.Feeds;

namespace Waybill.Core.Onboarding;

/// <summary>Feeds and file types as people write them, in the words of the guides.</summary>
internal static class FeedWords
{
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["calldetailrecords"] = "cdr", ["calldetailrecord"] = "cdr", ["calldetails"] = "cdr", ["callrecords"] = "cdr", ["calls"] = "cdr", ["cdrs"] = "cdr",
        ["datarecords"] = "data", ["datarecord"] = "data", ["datausage"] = "data",
        ["invoicedatarecords"] = "invoice", ["invoicedata"] = "invoice", ["invoicerecords"] = "invoice", ["invoices"] = "invoice", ["invoicing"] = "invoice", ["bills"] = "invoice",
        ["reports"] = "report", ["reportdata"] = "report", ["sirfiles"] = "sir", ["sirs"] = "sir",
    };

    private static readonly char[] Dividers = [',', ';', '/', '|', '\n', '\t', '&', '+'];

    /// <summary>The feeds that a text names.</summary>
    public static IReadOnlyList<string> Feeds(string text, FeedTypes types) =>
        [.. Pieces(text).Select(piece => Feed(piece, types)).OfType<string>().Distinct().Take(OnboardingLimits.Choices)];

    /// <summary>The file types that a text names.</summary>
    public static IReadOnlyList<string> FileTypes(string text, FeedTypes types) =>
    [
        .. Pieces(text).Select(static piece => piece.TrimStart('.', '*').ToLowerInvariant())
            .Where(piece => types.All.Any(type => type.FileTypes.Contains(piece))).Distinct().Take(OnboardingLimits.Choices),
    ];

    private static string[] Pieces(string text) => text.Replace(" and ", ",", StringComparison.OrdinalIgnoreCase)
        .Split(Dividers, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string? Feed(string piece, FeedTypes types)
    {
        if (types.Find(piece) is { Succeeded: true } named)
        {
            return named.Value.Name;
        }

        var letters = string.Concat(piece.Where(char.IsAsciiLetter)).ToLowerInvariant();
        return Known.TryGetValue(letters, out var name) && types.Find(name) is { Succeeded: true } known ? known.Value.Name
            : types.Find(letters) is { Succeeded: true } plain ? plain.Value.Name
            : null;
    }
}

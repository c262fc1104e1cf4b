using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Waybill.Core.Porting;

/// <summary>A postcode of the United Kingdom (BS 7666): outward code, blank, inward code, in capitals.</summary>
/// <param name="Text">As it is written: <c>AB10 1AA</c>.</param>
public sealed partial record Postcode(string Text)
{
    /// <summary>Areas of Scotland, but for the two districts of TD that are England's.</summary>
    private static readonly string[] Scottish = ["AB", "DD", "DG", "EH", "FK", "G", "HS", "IV", "KA", "KW", "KY", "ML", "PA", "PH", "TD", "ZE"];

    private static readonly string[] EnglishDistricts = ["TD12", "TD15"];

    private string Outward => Text[..^4];

    /// <summary>The nation that it lies in: its holidays count besides England's.</summary>
    public Nation Nation
    {
        get
        {
            var area = string.Concat(Outward.TakeWhile(char.IsAsciiLetter));
            return area == "BT" ? Nation.NorthernIreland : Scottish.Contains(area) && !EnglishDistricts.Contains(Outward) ? Nation.Scotland : Nation.England;
        }
    }

    /// <summary>Reads what somebody typed; blanks and case do not count.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Postcode? postcode)
    {
        postcode = null;
        if (text is null || text.Length > 20)
        {
            return false;
        }

        var plain = string.Concat(text.Where(static c => c != ' ')).ToUpperInvariant();
        if (!Form().IsMatch(plain))
        {
            return false;
        }

        postcode = new Postcode($"{plain[..^3]} {plain[^3..]}");
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    [GeneratedRegex("^(GIR0AA|[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][ABD-HJLNP-UW-Z]{2})\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}

using System.Globalization;
using System.Text;
using Waybill.Core.Audit;

namespace Waybill.Core.Inbound;

/// <summary>The words of the report beside a rejected file, for the person who delivered it.</summary>
internal static class InboundReport
{
    private const int LongestLine = 500;

    public static string Head(InboundFile file)
    {
        var seen = SenderPlace.Of(file.Path).Path;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            This file was not accepted: {Clean(seen[(seen.LastIndexOf('/') + 1)..])}

            Delivered to  {Clean(seen)}
            At            {file.Arrived.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC
            By            {file.Login ?? "-"}
            Size          {file.Size} bytes


            """).ReplaceLineEndings("\r\n");
    }

    /// <summary>What the back office wrote, without what a terminal would obey.</summary>
    public static string OfBackOffice(string text) => Body([.. text.ReplaceLineEndings("\n").Trim().Split('\n')], mark: "");

    /// <summary>What the account's rules found.</summary>
    public static string OfChecks(IReadOnlyList<string> faults) => Body(faults, mark: "- ");

    private static string Body(IReadOnlyList<string> lines, string mark)
    {
        var text = new StringBuilder("Why\r\n\r\n");
        foreach (var line in lines)
        {
            text.Append(mark).Append(Clean(line)).Append("\r\n");
        }

        return text.Append("\r\nCorrect it and deliver it again. The file lies beside this report.\r\n").ToString();
    }

    private static string Clean(string line) => AuditText.Clean(line, LongestLine, doubleBackslash: false) ?? "";
}

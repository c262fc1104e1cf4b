using System.Text.RegularExpressions;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Peers;

/// <summary>A step that the servers answered differently.</summary>
/// <param name="Order">The order up to that step, after what every session of its kind begins with.</param>
/// <param name="Codes">Waybill's, vsftpd's and ProFTPD's.</param>
internal sealed record Difference(CommandOrder Order, string Codes);

/// <summary>
/// The differences that docs/protocols/ftp.md explains. A row names commands, each with as much of what comes before it as matters, the three servers' codes, and why.
/// </summary>
internal sealed partial class DifferenceTable
{
    public const string Heading = "## Beside vsftpd and ProFTPD";

    private readonly List<(string Steps, string Codes)> _explained = [];

    public DifferenceTable(IEnumerable<string> lines)
    {
        foreach (var line in lines.SkipWhile(line => line != Heading).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)))
        {
            var cells = CellEnd().Split(line).Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal)).ToArray();
            if (cells is not ["", ['`', ..] orders, var ours, var vsftpd, var proftpd, var why, ""])
            {
                continue;
            }

            Assert.True(why.Length > 0, $"no explanation: {line}");
            _explained.AddRange(Quoted().Matches(orders).Select(match => (match.Groups[1].Value, $"{ours} | {vsftpd} | {proftpd}")));
        }
    }

    public static DifferenceTable Read() => new(File.ReadLines(Path.Combine(RepositoryRoot.Find(), "docs", "protocols", "ftp.md")));

    /// <summary>What is wrong: differences that no row explains or more than one, and rows whose difference is no more.</summary>
    public IEnumerable<string> Problems(IReadOnlyList<Difference> differences)
    {
        var used = new HashSet<(string, string)>();
        foreach (var difference in differences)
        {
            var rows = _explained.Where(row => row.Codes == difference.Codes && EndsWith(difference.Order, row.Steps)).ToList();
            used.UnionWith(rows);
            if (rows.Count != 1)
            {
                yield return $"{(rows.Count == 0 ? "not explained" : "explained more than once")}: | `{difference.Order.ToString().Replace("|", "\\|", StringComparison.Ordinal)}` | {difference.Codes} | ({difference.Order.Start})";
            }
        }

        foreach (var row in _explained.Where(row => !used.Contains(row)))
        {
            yield return $"explained, and not there: | `{row.Steps}` | {row.Codes} |";
        }

        foreach (var row in _explained.GroupBy(row => row).Where(rows => rows.Count() > 1))
        {
            yield return $"twice in the table: | `{row.Key.Steps}` | {row.Key.Codes} |";
        }
    }

    // Whole steps only: RNFR a -> RNTO b ends with RNTO b, and not with O b.
    private static bool EndsWith(CommandOrder order, string steps)
    {
        var wanted = steps.Split(CommandOrder.Arrow);
        return wanted.Length <= order.Steps.Count && order.Steps.TakeLast(wanted.Length).SequenceEqual(wanted);
    }

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex CellEnd();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}

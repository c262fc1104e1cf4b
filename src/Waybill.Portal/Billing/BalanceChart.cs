using System.Globalization;
using System.Text;
using Waybill.Core.Billing;

namespace Waybill.Portal.Billing;

/// <summary>The curve of a balance as the numbers of an SVG: the page writes it, so that it needs neither script nor style of its own.</summary>
internal sealed class BalanceChart
{
    public const int Width = 640;
    public const int Height = 180;

    private BalanceChart(string line, string area, double zero, BalancePoint lowest, BalancePoint highest, BalancePoint first, BalancePoint last) =>
        (Line, Area, Zero, Lowest, Highest, First, Last) = (line, area, zero.ToString("0.#", CultureInfo.InvariantCulture), lowest, highest, first, last);

    /// <summary>The path of the curve.</summary>
    public string Line { get; }

    /// <summary>The path of what is between it and nothing.</summary>
    public string Area { get; }

    /// <summary>How far down nothing is.</summary>
    public string Zero { get; }

    public BalancePoint Lowest { get; }

    public BalancePoint Highest { get; }

    public BalancePoint First { get; }

    public BalancePoint Last { get; }

    /// <summary>Draws the days; null where there is nothing to be drawn.</summary>
    public static BalanceChart? Of(IReadOnlyList<BalancePoint> points)
    {
        if (points.Count == 0 || points.All(static point => point.Total == 0))
        {
            return null;
        }

        var (lowest, highest) = (points.MinBy(static point => point.Total)!, points.MaxBy(static point => point.Total)!);
        double bottom = Math.Min(lowest.Total, 0);
        var range = Math.Max(highest.Total, 0) - bottom;
        double X(int index) => (double)Width * index / points.Count;
        double Y(long total) => Height - ((total - bottom) / range * Height);

        // Steps: what an account has does not change between one evening and the next but at once.
        var line = new StringBuilder();
        foreach (var (index, point) in points.Index())
        {
            line.Append(CultureInfo.InvariantCulture, $"{(index == 0 ? "M" : "V")}{(index == 0 ? "0 " : "")}{Y(point.Total):0.#}H{X(index + 1):0.#}");
        }

        var zero = Y(0);
        return new BalanceChart(line.ToString(), string.Create(CultureInfo.InvariantCulture, $"{line}V{zero:0.#}H0Z"), zero, lowest, highest, points[0], points[^1]);
    }
}

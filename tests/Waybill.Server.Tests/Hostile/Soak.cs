using System.Globalization;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Hostile;

/// <summary>The size of a hostile test: small in CI; the programs of <c>tests/soak</c> set the variable of the full one.</summary>
internal static class Soak
{
    public static SeededRandom Random { get; } = SeededRandom.FromEnvironment();

    public static int Size(string name, int ci) =>
        int.TryParse(Environment.GetEnvironmentVariable("WAYBILL_SOAK_" + name), CultureInfo.InvariantCulture, out var size) ? size : ci;
}

namespace Waybill.Ssh.Tests.Hosting;

internal static class Runs
{
    /// <summary>The most times that true came in a row.</summary>
    public static int Longest(IEnumerable<bool> values)
    {
        var (run, longest) = (0, 0);
        foreach (var value in values)
        {
            run = value ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}

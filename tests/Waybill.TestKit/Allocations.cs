namespace Waybill.TestKit;

/// <summary>
/// What work allocates once it runs evenly. What is allocated for each request shows in every round; what the runtime allocates once (a method compiled
/// again, a type loaded, a pool that another test of the process has just emptied) does not, so the least of several rounds is the answer.
/// </summary>
public static class Allocations
{
    /// <summary>How many rounds are measured, after one that is not.</summary>
    public const int Rounds = 10;

    /// <summary>The bytes that one round allocates on this thread. The round must do all its work on it.</summary>
    public static long InSteadyState(Action round)
    {
        ArgumentNullException.ThrowIfNull(round);
        return Least(round, GC.GetAllocatedBytesForCurrentThread);
    }

    /// <summary>The bytes that one round allocates on all threads. The test must be in a collection that runs alone.</summary>
    public static long InWholeProcess(Action round)
    {
        ArgumentNullException.ThrowIfNull(round);
        return Least(round, static () => GC.GetTotalAllocatedBytes(precise: true));
    }

    private static long Least(Action round, Func<long> allocated)
    {
        round();
        var least = long.MaxValue;
        for (var i = 0; i < Rounds && least > 0; i++)
        {
            var before = allocated();
            round();
            least = Math.Min(least, allocated() - before);
        }

        return least;
    }
}

using System.Runtime.CompilerServices;

namespace Waybill.TestKit;

/// <summary>Waits for what a server does on its own threads.</summary>
public static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until it is so; fails after a minute.</summary>
    public static async Task IsSoAsync(Func<bool> isSo, [CallerArgumentExpression(nameof(isSo))] string words = "")
    {
        ArgumentNullException.ThrowIfNull(isSo);
        var since = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException($"It was not so within {Patience.TotalSeconds:0} s: {words}");
            }

            await Task.Delay(5);
        }
    }
}

using Waybill.TestKit;

namespace Waybill.Server.Tests.Support;

/// <summary>Programs of the distribution that these tests compare with.</summary>
internal static class Tool
{
    /// <summary>Runs one that must succeed; returns its standard output.</summary>
    public static async Task<string> RequireAsync(string program, params string[] arguments)
    {
        var outcome = await ExternalProcess.RunAsync(program, arguments);
        Assert.True(outcome.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {outcome}");
        return outcome.Output;
    }
}

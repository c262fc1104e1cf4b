using Waybill.Server.CommandLine;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Support;

/// <summary>
/// The program's commands, run in this process: for what only prepares a test or looks at what it did, since a start costs more than what most commands do. What a user
/// sees of a command is tested with the program itself.
/// </summary>
internal static class CommandTable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs a command that reads no standard input.</summary>
    public static async Task<ProcessOutcome> RunAsync(params string[] words)
    {
        using StringWriter output = new(), error = new();
        var (synchronizedOutput, synchronizedError) = (TextWriter.Synchronized(output), TextWriter.Synchronized(error));
        try
        {
            // Away from the context of xunit, which runs few things at a time.
            var exitCode = await Task.Run(() => WaybillCommandLine.RunAsync(words, synchronizedOutput, synchronizedError)).WaitAsync(Patience);
            return new ProcessOutcome(exitCode, output.ToString(), error.ToString());
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"waybill {string.Join(' ', words)} did not end within {Patience}.");
        }
    }
}

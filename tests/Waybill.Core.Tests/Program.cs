using Xunit.MicrosoftTestingPlatform;

namespace Waybill.Core.Tests;

internal static class Program
{
    public static Task<int> Main(string[] args) => args is [SecondProcess.Command, .. var rest]
        ? SecondProcess.RunAsync(rest)
        : args is [Feeds.PublishingProcess.Command, .. var publishing] ? Feeds.PublishingProcess.RunAsync(publishing)
        : args is [Inbound.DecidingProcess.Command, .. var deciding] ? Inbound.DecidingProcess.RunAsync(deciding)
        : args is [Notifications.SendingProcess.Command, .. var sending]
        ? Notifications.SendingProcess.RunAsync(sending)
        : args is [SecondProcess.RetentionCommand, .. var retention]
        ? SecondProcess.RunRetentionAsync(retention)
        : args.Any(static argument => argument is "-automated" or "@@")
            ? Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
            : TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
}

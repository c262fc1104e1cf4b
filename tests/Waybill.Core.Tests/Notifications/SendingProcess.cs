using System.Globalization;
using Waybill.Core.Notifications;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Notifications;

/// <summary>This test program, started once more as the server that sends; it goes on until it is killed or nothing waits.</summary>
internal static class SendingProcess
{
    public const string Command = "sending-process";

    public static ExternalProcess Start(string directory, int port, IReadOnlyDictionary<string, string?>? environment = null, params string[] smtp) => ExternalProcess.Start(
        Environment.ProcessPath!, [Command, directory, port.ToString(CultureInfo.InvariantCulture), .. smtp], environment: environment);

    /// <summary>Sends what waits. Arguments: directory, port, and for STARTTLS host, user and password file.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        // The clock of the test that made the directory.
        var time = new FakeTimeProvider();
        var opened = await CoreServices.OpenAsync(args[0], time);
        if (!opened.Succeeded)
        {
            Console.Error.WriteLine(opened.Problem.Message);
            return 1;
        }

        await using var core = opened.Value;
        var options = Outbox.OptionsFor(args[0], int.Parse(args[1], CultureInfo.InvariantCulture), new TopicRule("*", Telling.None, Telling.Now));
        if (args.Length > 2)
        {
            options = options with { Smtp = new SmtpOptions(args[2], options.Smtp!.Port, StartTls: true, args.ElementAtOrDefault(3), args.ElementAtOrDefault(4)) };
        }

        await using var dispatcher = NotificationDispatcher.Create(core.Database, options, time).Get();
        var outcome = await dispatcher.RunAsync(CancellationToken.None, CancellationToken.None);
        Console.WriteLine(dispatcher.MailTrouble ?? "done");
        return outcome.Succeeded ? 0 : 1;
    }
}

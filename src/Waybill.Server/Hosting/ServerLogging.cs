using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Waybill.Server.Hosting;

/// <summary>The logs: on standard error, since standard output belongs to READY and the listeners; a line for each event, as text or as JSON.</summary>
internal static class ServerLogging
{
    public static ILoggerFactory Create(bool json) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(LogLevel.Information);
        builder.AddFilter("Microsoft", LogLevel.Warning);

        // That the keys of cookies lie unencrypted in a folder that nobody else can enter, as every key here does.
        builder.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);

        // It logs why a start failed with a stack trace; the command says it in a line.
        builder.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        if (json)
        {
            builder.AddJsonConsole(options => options.UseUtcTimestamp = true);
        }
        else
        {
            builder.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                options.ColorBehavior = LoggerColorBehavior.Disabled;
            });
        }

        builder.Services.Configure<ConsoleLoggerOptions>(options =>
        {
            options.LogToStandardErrorThreshold = LogLevel.Trace;

            // Whoever reads the log and hangs must not hold the server; what happened to files and logins is in the audit anyway.
            options.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
    });
}

using System.CommandLine;
using System.Globalization;
using Waybill.Core.Notifications;
using Waybill.Server.Configuration;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>hook add | list | remove | test</c>.</summary>
internal static class HookCommands
{
    private const int LongestSecretFile = 4_096;

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("hook", "Web hooks: addresses that are called when something happens.") { Add(context), List(context), Remove(context), Test(context) }];

    private static Command Add(Func<ParseResult, CommandContext> context)
    {
        var url = new Argument<string>("URL") { Description = "where it is called, as https://example.com/waybill" };
        var secret = new Option<string>("--secret-file") { Description = "the file with the secret that calls are signed with, 16 to 256 bytes", HelpName = "FILE", Required = true };
        var topics = new Option<string?>("--topics") { Description = "the topics that it wants, as file-missing,file-late; else all", HelpName = "WORDS" };
        var account = new Option<string?>("--account") { Description = "only what concerns this account", HelpName = "NUMBER" };
        var command = new Command("add", "Add a web hook.") { url, secret, topics, account };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var hook = CommandContext.Require(await installation.Hooks.AddAsync(
                new NewHook(parse.GetRequiredValue(url), ReadSecret(parse.GetRequiredValue(secret)))
                {
                    Topics = parse.GetValue(topics)?.Split(',', StringSplitOptions.TrimEntries) ?? [],
                    Account = parse.GetValue(account),
                },
                NotificationSettings.HookNetworks(configuration.Notifications), CommandContext.Operator, cancellationToken));
            here.Print(hook, output =>
            {
                output.WriteLine($"web hook {hook.Id} is called for {string.Join(", ", hook.Topics)}");
                output.WriteLine($"next: {ShellWord.Command(here.Data, $"hook test {hook.Id}")}");
            });
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("list", "List web hooks.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var hooks = await installation.Hooks.ListAsync(cancellationToken);
            here.Print(hooks, _ => here.PrintTable(
                ["ID", "URL", "TOPICS", "ACCOUNT", "WAITING", "DEAD", "FAILURES", "NEXT TRY"],
                [.. hooks.Select(hook => new[]
                {
                    Number(hook.Id), hook.Url, string.Join(',', hook.Topics), hook.Account ?? "", Number(hook.Waiting), Number(hook.Dead), Number(hook.Failures),
                    CommandContext.Time(hook.RetryAt),
                })]));
        });
        return command;
    }

    private static Command Remove(Func<ParseResult, CommandContext> context)
    {
        var id = new Argument<long>("ID") { Description = "the web hook's number" };
        var command = new Command("remove", "Remove a web hook; what waits for it is given up.") { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var hook = CommandContext.Require(await installation.Hooks.RemoveAsync(parse.GetRequiredValue(id), CommandContext.Operator, cancellationToken));
            here.Print(hook, output => output.WriteLine($"removed: {hook.Url}"));
        });
        return command;
    }

    private static Command Test(Func<ParseResult, CommandContext> context)
    {
        var id = new Argument<long>("ID") { Description = "the web hook's number" };
        var command = new Command("test", "Call a web hook now, once, with the topic test.") { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var hook = CommandContext.Require(await installation.Hooks.TestAsync(
                parse.GetRequiredValue(id), NotificationSettings.HookNetworks(configuration.Notifications), cancellationToken));
            here.Print(hook, output => output.WriteLine($"{hook.Url} has taken it"));
        });
        return command;
    }

    /// <summary>The file's bytes without the line's end that editors add.</summary>
    private static byte[] ReadSecret(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var content = new byte[LongestSecretFile];
            return content.AsSpan(0, stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)).TrimEnd("\r\n"u8).ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file} cannot be read; make a secret with: openssl rand -hex 32 > FILE");
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

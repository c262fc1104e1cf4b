using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Waybill.Core.Quotas;
using Waybill.Storage.Quotas;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>quota set | list | show</c>.</summary>
internal static class QuotaCommands
{
    private const string NoLimit = "none";

    internal sealed record SizeLimit(long? Limit);

    internal sealed record CountLimit(long? Limit);

    internal sealed record View(string Account, string? Login, long Bytes, long? MaximumBytes, long Files, long? MaximumFiles, int? Percent);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("quota", "How much accounts and logins may store.") { Set(context), List(context), Show(context) }];

    /// <summary>For a program.</summary>
    public static View ViewOf(Quota quota) => new(
        quota.Account, quota.Login, quota.Stored.Bytes, quota.Limits.Bytes, quota.Stored.Files, quota.Limits.Files, quota.Percent);

    /// <summary>For a person.</summary>
    public static string Describe(Quota quota)
    {
        var (limits, stored) = (quota.Limits, quota.Stored);
        var bytes = SizeWords.Of(stored.Bytes) + (limits.Bytes is { } mostBytes ? $" of {SizeWords.Of(mostBytes)}" : "");
        var files = string.Create(CultureInfo.InvariantCulture, $"{stored.Files}{(limits.Files is { } mostFiles ? $" of {mostFiles}" : "")} files");
        var warning = quota.Percent is { } percent and >= 80 ? string.Create(CultureInfo.InvariantCulture, $" ({percent} % used)") : "";
        return $"{(quota.Login is { } login ? $"by login {login}: " : "")}{bytes}, {files}{warning}";
    }

    private static Command Set(Func<ParseResult, CommandContext> context)
    {
        var (account, login) = Whose();
        var bytes = Limit("--bytes", "all files together, as 10GiB; none for no limit", "SIZE", static text => SizeWords.TryParse(text, out var size) ? new SizeLimit(size) : text == NoLimit ? new SizeLimit(null) : null);
        var files = Limit(
            "--files", "how many files; none for no limit", "N",
            static text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new CountLimit(number) : text == NoLimit ? new CountLimit(null) : null);
        var command = new Command("set", "Limit what an account or a login may store; what is not named stays as it is.") { account, login, bytes, files };
        command.Validators.Add(result => RequireOne(result, account, login));
        command.Validators.Add(result =>
        {
            if (result.GetResult(bytes) is null && result.GetResult(files) is null)
            {
                result.AddError("Say what to limit: --bytes SIZE, --files N, or both");
            }
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            QuotaLimits Change(QuotaLimits now) => new(
                parse.GetResult(bytes) is null ? now.Bytes : parse.GetValue(bytes)!.Limit, parse.GetResult(files) is null ? now.Files : parse.GetValue(files)!.Limit);
            var quota = CommandContext.Require(parse.GetValue(account) is { } number
                ? await installation.Quotas.SetForAccountAsync(number, Change, CommandContext.Operator, cancellationToken)
                : await installation.Quotas.SetForLoginAsync(parse.GetValue(login)!, Change, CommandContext.Operator, cancellationToken));
            here.Print(ViewOf(quota), output => output.WriteLine($"account {quota.Account} has {Describe(quota)}"));
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("list", "List all limits, and how much of each is used.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var quotas = await CommandContext.AllPagesAsync((after, size) => installation.Quotas.ListAsync(size, after, cancellationToken));
            here.Print(quotas.Select(ViewOf), _ => here.PrintTable(
                ["ACCOUNT", "LOGIN", "STORED", "LIMIT", "FILES", "LIMIT", "USED"],
                [.. quotas.Select(quota => new[]
                {
                    quota.Account, quota.Login ?? "", SizeWords.Of(quota.Stored.Bytes), quota.Limits.Bytes is { } bytes ? SizeWords.Of(bytes) : "-",
                    Number(quota.Stored.Files), quota.Limits.Files is { } files ? Number(files) : "-", $"{Number(quota.Percent ?? 0)} %",
                })]));
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var (account, login) = Whose();
        var command = new Command("show", "Show what an account or a login stores, and may store.") { account, login };
        command.Validators.Add(result => RequireOne(result, account, login));
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var quotas = parse.GetValue(account) is { } number
                ? CommandContext.Require(await installation.Quotas.OfAccountAsync(number, cancellationToken))
                : [CommandContext.Require(await installation.Quotas.OfLoginAsync(parse.GetValue(login)!, cancellationToken))];
            here.Print(quotas.Select(ViewOf), output =>
            {
                foreach (var quota in quotas)
                {
                    output.WriteLine(Describe(quota));
                }
            });
        });
        return command;
    }

    private static (Option<string?> Account, Option<string?> Login) Whose() => (
        new Option<string?>("--account") { Description = "the whole account", HelpName = "NUMBER" },
        new Option<string?>("--login") { Description = "what one login delivers", HelpName = "USER" });

    private static void RequireOne(CommandResult result, Option<string?> account, Option<string?> login)
    {
        if ((result.GetResult(account) is null) == (result.GetResult(login) is null))
        {
            result.AddError("Say whose: --account NUMBER or --login USER");
        }
    }

    private static Option<T?> Limit<T>(string name, string description, string helpName, Func<string, T?> read)
        where T : class => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            var limit = read(result.Tokens[0].Value);
            if (limit is null)
            {
                result.AddError("no limit");
            }

            return limit;
        },
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

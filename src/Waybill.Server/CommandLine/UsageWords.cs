using System.CommandLine;
using System.CommandLine.Parsing;
using Waybill.Server.CommandLine.Commands;

namespace Waybill.Server.CommandLine;

/// <summary>Wrong usage in one line: what is wrong, and what may stand there. System.CommandLine's own messages name .NET types and run over several lines.</summary>
internal static class UsageWords
{
    public static string Describe(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var path = PathOf(command);
        return $"{What(parse, command, path)}; see ./{path} --help";
    }

    /// <summary>As it is typed: <c>waybill key add</c>.</summary>
    public static string PathOf(Command command) =>
        command is RootCommand ? "waybill" : $"{PathOf((Command)command.Parents.First())} {command.Name}";

    /// <summary>For a word that the parser would not even show.</summary>
    public static string NoCommand(RootCommand root, string word) => $"{Unknown(root, word)}; see ./{PathOf(root)} --help";

    private static string Unknown(Command command, string word) => $"{Shown(word)} is no command of {PathOf(command)}; they are {Subcommands(command)}";

    private static string Subcommands(Command command) => string.Join(", ", command.Subcommands.Where(each => !each.Hidden).Select(each => each.Name));

    private static string What(ParseResult parse, Command command, string path)
    {
        if (parse.UnmatchedTokens is [var first, ..])
        {
            return first.StartsWith('-') ? $"{path} has no option {Shown(first)}"
                : command.Subcommands.Count > 0 ? Unknown(command, first)
                : $"{path} takes no further {Shown(first)}";
        }

        foreach (var option in parse.CommandResult.Children.OfType<OptionResult>())
        {
            // An option that is missing comes after the arguments that are: they are typed first.
            if (!option.Errors.Any() || option.Implicit)
            {
                continue;
            }

            if (option.Tokens.Count == 0)
            {
                return option.Option.Arity.MinimumNumberOfValues > 0 ? $"{option.Option.Name} needs a value: {ValueOf(option.Option)}"
                    : option.Errors.First().Message;
            }

            return option.Tokens.Count > 1 && option.Option.Arity.MaximumNumberOfValues == 1
                ? $"{option.Option.Name} is given more than once"
                : $"{option.Option.Name}: {Shown(option.Tokens[^1].Value)} is not {Allowed(option.Option.ValueType)}";
        }

        var missing = command.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && parse.GetResult(argument) is null or { Tokens.Count: 0 });
        if (missing is not null)
        {
            return $"{path} needs {missing.Name}{(missing.Description is { } description ? ": " + description : "")}";
        }

        var required = command.Options.FirstOrDefault(option => option.Required && parse.GetResult(option) is null or { Tokens.Count: 0 });
        if (required is not null)
        {
            return $"{path} needs {required.Name} {ValueOf(required)}";
        }

        return command.Subcommands.Count > 0 && command.Action is null
            ? $"{path} needs a command: {Subcommands(command)}"
            : parse.Errors[0].Message.Split('\n')[0].TrimEnd('.', ' ', '\r');
    }

    private static string ValueOf(Option option) => $"{option.HelpName}{(option.Description is { } description ? $" ({description})" : "")}";

    private static string Allowed(Type type)
    {
        var value = Nullable.GetUnderlyingType(type) ?? type;
        return value.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(value).Select(name => name.ToLowerInvariant()))
            : value == typeof(int) ? "a whole number"
            : value == typeof(bool) ? "true or false"
            : value == typeof(DateTimeOffset) ? "a time, as 2026-12-31 or 2026-12-31T12:00Z"
            : value == typeof(QuotaCommands.SizeLimit) ? "a size, as 10GiB, 500MB or none"
            : value == typeof(QuotaCommands.CountLimit) ? "a number, as 1000 or none"
            : value == typeof(NumberCommands.Price) ? "a price in pounds, as 1.50"
            : value == typeof(NumberAccountCommands.Maximum) ? "a number, as 500 or default"
            : value == typeof(NumberAccountCommands.Allowed) ? "yes, no or default"
            : "allowed there";
    }

    private static string Shown(string text) => $"'{Net.Logging.PeerText.Sanitise(text, 80)}'";
}

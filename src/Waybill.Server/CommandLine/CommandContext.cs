using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Waybill.Core;
using Waybill.Server.Configuration;
using Waybill.Server.Control;

namespace Waybill.Server.CommandLine;

/// <summary>What every command has: where its data lies, where it writes, and whether it writes JSON.</summary>
internal sealed class CommandContext(ParseResult parse, TextWriter output, TextWriter error)
{
    private static readonly JsonSerializerOptions JsonFormat = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK"];

    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    public ParseResult Parse { get; } = parse;

    public DataDirectory Data { get; private init; } = new(parse.GetValue(CommonOptions.Data)
        ?? Environment.GetEnvironmentVariable("WAYBILL_DATA") ?? Path.Combine(Environment.CurrentDirectory, "data"));

    public bool Json => Parse.GetValue(CommonOptions.Json);

    /// <summary>Who acts, for the audit: the operating system's user.</summary>
    public static Actor Operator { get; } = Actor.Operator(Environment.UserName);

    /// <summary>The same command on a directory below this one's.</summary>
    public CommandContext Below(string name) => new(Parse, Output, Error) { Data = new DataDirectory(Path.Combine(Data.Root, name)) };

    /// <summary>Loads the configuration; its warnings go to standard error.</summary>
    public WaybillConfiguration LoadConfiguration()
    {
        var (configuration, warnings) = ConfigurationLoader.Load(
            Data.Configuration, Environment.GetEnvironmentVariables(), Parse.GetValue(CommonOptions.Set) ?? []);
        foreach (var warning in warnings)
        {
            // Among JSON logs a plain line would be one that no reader of logs can parse.
            Error.WriteLine(Json ? JsonSerializer.Serialize(new { LogLevel = "Warning", Category = "Configuration", Message = warning }) : "warning: " + warning);
        }

        return configuration;
    }

    /// <summary>Opens what lies in the data directory, also while a server runs on it.</summary>
    public Installation Open(WaybillConfiguration? configuration = null) => Installation.Open(Data, configuration);

    /// <summary>The value, or the end of the command with the problem's words.</summary>
    public static T Require<T>(Result<T> result)
        where T : notnull => result.Succeeded ? result.Value : throw CommandException.Of(result.Problem);

    /// <summary>Ends the command with the problem's words, if there is one.</summary>
    public static void Check(Outcome outcome)
    {
        if (!outcome.Succeeded)
        {
            throw CommandException.Of(outcome.Problem);
        }
    }

    /// <summary>Asks the running server; null when none runs.</summary>
    public Task<ControlReply?> AskServerAsync(ControlRequest request, CancellationToken cancellationToken) =>
        ControlClient.AskAsync(Data.ControlSocket, request, cancellationToken);

    /// <summary>
    /// Tells a running server that accounts, logins or keys have changed, so that sessions which may not go on end at once. The change itself is committed:
    /// a server that does not answer finds it by itself, and the command has not failed.
    /// </summary>
    public async Task TellServerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AskServerAsync(new ControlRequest(ControlCommands.Changed), cancellationToken);
        }
        catch (CommandException problem)
        {
            await Error.WriteLineAsync($"note: the change is made, but {problem.Message}");
        }
    }

    /// <summary>All items of a paged list, or the first ones, for a person or a script that asked for the list.</summary>
    /// <param name="list">Gets a page: what the page before said comes next, and how many items are wanted at most.</param>
    /// <param name="most">How many items in all.</param>
    public static async Task<IReadOnlyList<T>> AllPagesAsync<T>(Func<string?, int, ValueTask<Page<T>>> list, int most = int.MaxValue)
    {
        var items = new List<T>();
        string? after = null;
        do
        {
            var page = await list(after, Math.Min(most - items.Count, Page<T>.MaximumSize));
            items.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null && items.Count < most);
        return items;
    }

    /// <summary>
    /// A time on the command line, in UTC unless it says otherwise: the same command means the same wherever and whenever it runs. One notation, since 01/02/2027 is
    /// two days; and that in which times are printed.
    /// </summary>
    public static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        result.AddError($"'{text}' is no time");
        return null;
    }

    /// <summary>The name of an enumeration's value as users write it.</summary>
    public static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>A time in UTC, or a dash.</summary>
    public static string Time(DateTimeOffset? time) => time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "-";

    /// <summary>Prints <paramref name="value"/> as JSON if that was asked for, else what <paramref name="write"/> writes.</summary>
    public void Print<T>(T value, Action<TextWriter> write)
    {
        if (Json)
        {
            Output.WriteLine(JsonSerializer.Serialize(value, JsonFormat));
        }
        else
        {
            write(Output);
        }
    }

    /// <summary>Prints lines, or with --json a list of them.</summary>
    public void PrintLines(IReadOnlyList<string> lines) => Print(lines, output =>
    {
        foreach (var line in lines)
        {
            output.WriteLine(line);
        }
    });

    /// <summary>Prints rows in columns as wide as their widest cell.</summary>
    /// <summary>A path for a terminal, which must not take a client's control characters for commands.</summary>
    public static string Shown(string path) => string.Concat(path.Select(each => char.IsControl(each) ? $"\\x{(int)each:X2}" : each.ToString()));

    public void PrintTable(string[] headings, IReadOnlyList<string[]> rows)
    {
        if (rows.Count == 0)
        {
            Output.WriteLine("(none)");
            return;
        }

        var widths = headings.Select((heading, column) => Math.Max(heading.Length, rows.Max(row => row[column].Length))).ToArray();
        foreach (var row in rows.Prepend(headings))
        {
            Output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}

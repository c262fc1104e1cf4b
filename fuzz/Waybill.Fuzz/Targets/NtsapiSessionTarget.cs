using System.IO.Pipelines;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Net.Rates;
using Waybill.Ntsapi.Hosting;
using Waybill.Ntsapi.Numbers;
using Waybill.TestKit;
using Waybill.TestKit.Ntsapi;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// A whole session of NTSAPI without TLS: commands in any order, ended as they like, split anywhere. Each command has exactly one reply, counted over
/// <see cref="Lines"/> commands in a run; and what is done is what the commands ask for by <see cref="NtsapiReading"/>, and nothing before the login.
/// </summary>
internal sealed partial class NtsapiSessionTarget : IFuzzTarget
{
    /// <summary>Commands of which a run counts the replies, at least.</summary>
    private const int Lines = 200_000;

    // Silence ends nothing here: a machine that is slow must not make two commands of one.
    private static readonly NtsapiServerOptions Options = new()
    {
        Limits = new NtsapiLimits { CommandsPerSecond = 1_000_000, UnknownCommands = 6, QuietTime = TimeSpan.FromHours(1), UnfinishedTime = TimeSpan.FromHours(1) },
    };

    private long _counted;

    public string Name => "ntsapi-session";

    public int Inputs => 70_000;

    public IReadOnlyCollection<string> Outcomes { get; } =
        [nameof(NtsapiEndReason.ClientClosed), "Quit", nameof(NtsapiEndReason.ConnectionLost), nameof(NtsapiEndReason.ProtocolError), nameof(NtsapiEndReason.NotNtsapi), nameof(NtsapiEndReason.TooManyAttempts)];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "AUTH u p\n", "AUTH u x\n", "ALLO 01224______\n", "ACTI 01224000000\r", "DEAC 01224000000\n", "REAC 01224000000\r\n", "STAT 01224000000\n", "STAT P2012345678\n", "STAT 02079460000\n", "ACTI 02079460000\n",
        "SET 01224000000 1 S:a@b\n", "INFO 01224000000 999 CREATE\n", "INFO 01224000000 999 DATA\n", "INFO 01224000000 999 NAME x\n", "ALIST 01224 5\n", "ALTEN 01224\n", "BLKACTI 01224 10\n", "BLKDEAC 01224000000\n",
        "QUIT\n", "HELP\n", "\r", "\n", "GET / HTTP/1.1\r\n", " ", "SET 02079460000 1 S:a@b\n",
    ];

    public string? Missing => _counted < Lines ? $"{Lines:N0} commands with one reply each, there were {_counted:N0}" : null;

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var application = new Application();
        var handler = new NtsapiConnectionHandler(Options, application, new NtsapiLogins(Options.Limits, new LoginRates(Options.Limits.CommandsPerSecond, TimeProvider.System)), TimeProvider.System, NullLoggerFactory.Instance);
        await using var connection = new InMemoryConnection();
        var running = connection.RunAsync(handler.OnConnectedAsync);
        var replies = ReadAsync(connection.Client.Input.AsStream());
        var (piece, text) = input.IsEmpty ? (1, input) : (input.Span[0] + 1, input[1..]);
        await WriteAsync(connection, text, piece);
        await running;
        var report = application.Report ?? throw new InvalidOperationException("There is no report.");
        var commands = NtsapiReading.Commands(Encoding.Latin1.GetString(text.Span));

        // A command that a client was cut off in is not done and has no reply.
        commands = report.Reason == NtsapiEndReason.ConnectionLost ? commands[..^1] : commands;
        Judge(report, await replies, commands.Count);
        var isAll = report.Reason is NtsapiEndReason.ClientClosed or NtsapiEndReason.ConnectionLost or NtsapiEndReason.NotNtsapi;
        if (application.OpenLogins != 0 || !NtsapiReading.IsAskedFor(commands, application.Numbers.Calls, isAll) || (!report.LoggedIn && application.Numbers.Calls.Count > 0))
        {
            throw new InvalidOperationException($"A login is open, or something else was done than asked for:\n{string.Join('\n', commands)}\nwas done as\n{string.Join('\n', application.Numbers.Calls)}");
        }

        return report.Detail.Contains("QUIT", StringComparison.Ordinal) && report.Commands.Any(static count => count.Verb == "QUIT") ? "Quit" : report.Reason.ToString();
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        const string Login = "AUTH u p\n";
        const string Number = "01224000000";
        (string Name, string Text)[] inputs =
        [
            ("nothing", ""), ("quit", "QUIT\n"), ("silent", Login), ("unended", Login + $"ACTI {Number}"), ("cut", Login + $"ACTI {Number}\nSTAT {Number}"), ("wrong", "AUTH u x\nAUTH u x\nAUTH u x\n"),
            ("unknown", "A\nB\nC\nD\nE\nF\nG\n"), ("http", "GET / HTTP/1.1\r\n"), ("early", $"STAT {Number}\nACTI {Number}\nHELP\n"),
            ("number", Login + $"ALLO 01224______\rACTI {Number}\r\nSET {Number} 1 S:a@b\nSTAT {Number}\nDEAC {Number}\nREAC {Number}\nFEAT {Number} D\nFEAT {Number}\nQUIT\n"),
            ("many", Login + "ALIST 01224 5\nALTEN 01224\nBLKACTI 01224 10\nBLKINFO 01224000003\nBLKDEAC 01224000000\nBLKREAC 01224000000\n"),
            ("emergency", Login + $"ACTI {Number}\nINFO {Number} 999 CREATE\nINFO {Number} 999 NAME Smith\nINFO {Number} 999 DATA\nINFO {Number} 999 STATUS\nINFO {Number} 999 VALIDATE\nINFO {Number} GEN text\n"),
            ("others", Login + "STAT 02079460000\nACTI 02079460000\nDEAC 02079460000\nSET P2012345678 1 S:a@b\nORDE P2012345678 1 0000\nSPIN 02079460000 1234\n"),
            ("glued", Login + $"STAT {Number}STAT {Number}\nSTAT {Number}QUIT\nQUIT\n"),
        ];
        return inputs.Select(input => (input.Name, (byte[])[(byte)(input.Name.Length * 3), .. Encoding.Latin1.GetBytes(input.Text)]));
    }

    private static async Task WriteAsync(InMemoryConnection connection, ReadOnlyMemory<byte> text, int piece)
    {
        try
        {
            for (var at = 0; at < text.Length; at += piece)
            {
                await connection.Client.Output.WriteAsync(text.Slice(at, Math.Min(piece, text.Length - at)));
            }
        }
        catch (InvalidOperationException) when (connection.IsAborted)
        {
            // As a connection is that speaks another protocol: the rest is not sent.
        }

        await connection.Client.Output.CompleteAsync();
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        using var text = new StreamReader(stream, Encoding.Latin1);
        try
        {
            return await text.ReadToEndAsync();
        }
        catch (IOException)
        {
            // Aborted, as a connection is that speaks another protocol.
            return "";
        }
    }

    // One reply for each command, after the greeting. What stands behind the end of the session is not read.
    private void Judge(NtsapiConnectionReport report, string text, int commands)
    {
        if (report.Reason == NtsapiEndReason.NotNtsapi)
        {
            return;
        }

        if (!text.StartsWith(NtsapiServerOptions.KnownGreeting + "\n", StringComparison.Ordinal) || !text.EndsWith('\n'))
        {
            throw new InvalidOperationException($"The session does not begin with the greeting, or ends inside a line:\n{text}");
        }

        var lines = text[..^1].Split('\n')[1..];
        if (lines.FirstOrDefault(static line => line is not [>= '0' and <= '9', ' ', _, ..] || line.AsSpan().ContainsAnyExceptInRange(' ', '~')) is { } bad)
        {
            throw new InvalidOperationException($"'{bad}' is no reply.");
        }

        var replies = lines.Count(static line => !PartOfList().IsMatch(line));
        var isAll = report.Reason is NtsapiEndReason.ClientClosed or NtsapiEndReason.ConnectionLost;
        _counted += isAll ? commands : 0;
        if (isAll ? replies != commands : replies > commands)
        {
            throw new InvalidOperationException($"{commands} commands got {replies} replies, and the end was {report.Reason}: {report.Detail}.\n{text}");
        }
    }

    // A number of ALIST, a field of INFO 999 DATA.
    [GeneratedRegex("^0 (?:[0-9]{11}|(?:TITLE|FORENAME|NAME|HONOURS|BUSSUFFIX|PREMISES|THOROUGHFARE|LOCALITY|POSTCODE) .*)$")]
    private static partial Regex PartOfList();

    private sealed class Application : INtsapiApplication, INtsapiLogin
    {
        public MemoryNumbers Numbers { get; } = new(20);

        public NtsapiConnectionReport? Report { get; private set; }

        public int OpenLogins { get; private set; }

        public string UserName => "u";

        public CancellationToken Kicked => CancellationToken.None;

        INtsapiNumbers INtsapiLogin.Numbers => Numbers;

        public ValueTask<INtsapiLogin?> LogInAsync(NtsapiConnectionInfo connection, string user, string password, CancellationToken cancellationToken)
        {
            var isRight = user == "u" && password == "p";
            OpenLogins += isRight ? 1 : 0;
            return new(isRight ? this : null);
        }

        public ValueTask ConnectionEndedAsync(NtsapiConnectionReport report)
        {
            Report = Report is null ? report : throw new InvalidOperationException("The connection ended twice.");
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            OpenLogins--;
            return ValueTask.CompletedTask;
        }
    }
}

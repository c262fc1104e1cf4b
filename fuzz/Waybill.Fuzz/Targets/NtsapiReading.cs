using System.Globalization;
using System.Text.RegularExpressions;
using Waybill.Ntsapi.Numbers;
using Waybill.TestKit.Ntsapi;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// What a session of NTSAPI asks for, read a second time and another way than the server reads it: by a list of forms. Login <c>u</c>, password <c>p</c>. Says how many
/// commands have a reply, and what <see cref="MemoryNumbers"/> is called with.
/// </summary>
internal static partial class NtsapiReading
{
    private const int LongestLine = 1_024;
    private const int MostListed = 1_000;
    private const int LargestBlock = 1_000;
    private const string Own = "0([0-9]{9,10})";
    private const string Any = "([0P][0-9]{9,10})";
    private const string Pattern = "[0_]([0-9_]{0,10})";

    private static readonly (Regex Form, string Call)[] Forms =
    [
        .. ((string[])["ACTI", "DEAC", "REAC", "BLKINFO", "BLKDEAC", "BLKREAC"]).Select(static verb => Form(verb, Own, verb + " 0$1")),
        .. ((string[])["ALLO", "ALTEN"]).Select(static verb => Form(verb, Pattern, verb + " 0$1")),
        .. ((string[])["ALIST", "BLKACTI"]).Select(static verb => Form(verb, Pattern + " +(?<count>0*[1-9][0-9]{0,9})", verb + " 0$1 ")),
        Form("STAT", Any, "STAT $1"),
        Form("SET", Any + " +([123]) +(?:-|([^ |]+))", "SET $1 $2 $3"),
        Form("ORDE", Any + " +([123]) +(.+)", "ORDE $1 $2 $3"),
        Form("SPIN", Own + " +(?:-|([^ ]+))", "SPIN 0$1 $2"),
        Form("FEAT", Own, "FEAT 0$1"),
        Form("FEAT", Own + " +([A-Z])(?: +Y)?", "FEAT 0$1 $2 True"),
        Form("FEAT", Own + " +([A-Z]) +N", "FEAT 0$1 $2 False"),
        Form("INFO", Own + " +GEN +(.+)", "GEN 0$1 $2"),
        Form("INFO", Any + " +999 +(CREATE|DATA|STATUS|VALIDATE)", "$2 $1"),
        Form("INFO", $"{Any} +999 +({string.Join('|', EmergencyFields.All)})(?: +(.+))?", "$2 $1 $3"),
    ];

    /// <summary>The commands up to the end of a session: QUIT, which is one, or the words of another protocol, which are none.</summary>
    public static List<string> Commands(string input)
    {
        List<string> commands = [];
        foreach (var line in Ends().Split(input).Where(static line => line.Length > 0))
        {
            if (Is(Strangers(), line))
            {
                break;
            }

            commands.Add(line);
            if (Is(Quit(), line))
            {
                break;
            }
        }

        return commands;
    }

    /// <summary>Whether so many calls are what the commands ask for, each and no other, in their order.</summary>
    /// <param name="commands">The commands.</param>
    /// <param name="calls">What was called.</param>
    /// <param name="all">Whether all commands were read; else the calls are the first of what they ask for.</param>
    public static bool IsAskedFor(IReadOnlyList<string> commands, IReadOnlyList<string> calls, bool all)
    {
        var (isLoggedIn, done) = (false, 0);
        foreach (var command in commands)
        {
            isLoggedIn |= Is(Login(), command);
            if (!isLoggedIn || CallOf(command) is not { } call)
            {
                continue;
            }

            if (done < calls.Count && calls[done] == call)
            {
                done++;
            }
            else if (!Seam().IsMatch(command))
            {
                // What may be two commands in one may be refused.
                return !all && done == calls.Count;
            }
        }

        return done == calls.Count;
    }

    private static string? CallOf(string command)
    {
        if (command.Length > LongestLine || command.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return null;
        }

        // Numbers and patterns may begin with +44 in place of the 0.
        var line = International().Replace(command.Trim(' '), "${1}0");
        foreach (var (form, call) in Forms)
        {
            if (form.Match(line) is not { Success: true } match)
            {
                continue;
            }

            var words = match.Result(call);
            if (match.Groups["count"] is not { Success: true } digits)
            {
                return words;
            }

            var count = long.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);
            return count > int.MaxValue ? null
                : words.StartsWith("ALIST", StringComparison.Ordinal) ? words + Math.Min(count, MostListed).ToString(CultureInfo.InvariantCulture)
                : count <= LargestBlock ? words + count.ToString(CultureInfo.InvariantCulture)
                : null;
        }

        return null;
    }

    private static bool Is(Regex form, string command) => command.Length <= LongestLine && form.IsMatch(command);

    private static (Regex Form, string Call) Form(string verb, string rest, string call) =>
        (new Regex($"^(?i:{verb}) +{rest}$", RegexOptions.Compiled | RegexOptions.CultureInvariant), call);

    [GeneratedRegex("\r\n|\r|\n")]
    private static partial Regex Ends();

    [GeneratedRegex("^(?:SSH-|\u0016\u0003|(?i:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|TRACE|CONNECT|PRI|PROPFIND)(?: |$))", RegexOptions.CultureInvariant)]
    private static partial Regex Strangers();

    [GeneratedRegex("^ *(?i:QUIT) *$", RegexOptions.CultureInvariant)]
    private static partial Regex Quit();

    [GeneratedRegex("^ *(?i:AUTH) +u +p *$", RegexOptions.CultureInvariant)]
    private static partial Regex Login();

    [GeneratedRegex("^([^ ]+ +)\\+44(?=[0-9_])")]
    private static partial Regex International();

    [GeneratedRegex("^ *[^ ]+ .*[^ ](?:AUTH|HELP|QUIT|ALLO|ACTI|DEAC|REAC|STAT|SET|ORDE|SPIN|FEAT|INFO|ALTEN|ALIST|BLKACTI|BLKINFO|BLKDEAC|BLKREAC)")]
    private static partial Regex Seam();
}

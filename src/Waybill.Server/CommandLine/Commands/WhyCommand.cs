using System.CommandLine;
using Waybill.Core.Diagnosis;
using Waybill.Server.Control;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>why SUBJECT</c>.</summary>
internal static class WhyCommand
{
    private sealed record View(
        string Subject, string? UserName, string? Account, IEnumerable<FindingView> Findings, IEnumerable<OfferedView> Offered, IReadOnlyList<RefusedConnection> Refused);

    private sealed record FindingView(DiagnosisVerdict Verdict, string What, string? Next, string? Command);

    private sealed record OfferedView(
        string Sha256, string Type, int Bits, DateTimeOffset First, DateTimeOffset Last, long Times, string Address, string Client);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var subject = new Argument<string>("SUBJECT") { Description = "a user name, an address, or the reference that the client has read" };
        var command = new Command("why", "Why can they not connect? What stands against them, what the server saw, and what to do.") { subject };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var reply = await here.AskServerAsync(new ControlRequest(ControlCommands.Penalties), cancellationToken);
            var found = CommandContext.Require(await installation.Diagnosis.ExplainAsync(
                parse.GetRequiredValue(subject), [.. (reply?.Penalties ?? []).Select(penalty => new SourcePenalty(penalty.Source, penalty.SecondsLeft))], cancellationToken));
            var view = new View(
                found.Subject, found.UserName, found.Account,
                found.Findings.Select(finding => new FindingView(
                    finding.Verdict, finding.What, finding.Next, finding.Command is { } words ? ShellWord.Command(here.Data, words) : null)),
                found.Offered.Select(key => new OfferedView(key.Sha256, key.Type, key.Bits, key.First, key.Last, key.Times, key.Address, key.Client)),
                found.Refused);
            here.Print(view, output => Write(output, view));
        });
        return [command];
    }

    private static void Write(TextWriter output, View view)
    {
        output.WriteLine(view.UserName is null ? view.Subject : $"{view.UserName}{(view.Account is { } account ? $" (account {account})" : "")}");
        foreach (var finding in view.Findings)
        {
            output.WriteLine($"{CommandContext.Lower(finding.Verdict),-4}  {finding.What}");
            if (finding.Next is { } next)
            {
                output.WriteLine($"      {next}");
            }

            if (finding.Command is { } command)
            {
                output.WriteLine($"      {command}");
            }
        }

        if (view.Refused.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("refused, the latest first:");
        }

        foreach (var connection in view.Refused)
        {
            output.WriteLine($"{CommandContext.Time(connection.Time)}  {connection.Address ?? "-"}  {connection.Words}{(connection.Reference is { } reference ? $"  [{reference}]" : "")}");
        }
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;

namespace Waybill.Conformance.Tests.StateMatrix;

/// <summary>
/// All 256 message numbers in every state, strict and not, sealed and in plaintext (CVE-2018-10933, CVE-2025-32433, CVE-2024-2873, CVE-2023-46445):
/// only legal ones advance, and before the login nothing but questions about keys reaches the program.
/// </summary>
public sealed class StateMatrixTests(ITestOutputHelper output)
{
    public static TheoryData<string, bool> States
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var state in Enum.GetNames<ConnectionState>())
            {
                data.Add(state, true);
                data.Add(state, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task Only_legal_messages_advance(string stateName, bool strict)
    {
        var state = Enum.Parse<ConnectionState>(stateName);
        var wrong = new ConcurrentQueue<string>();
        var row = new ConcurrentDictionary<int, string>();
        await ForEachNumberAsync(async number =>
        {
            var allowed = AllowedOutcomes.Of(state, number, strict);
            var server = new ServerUnderTest();
            if (allowed == CellOutcome.Legal)
            {
                await new MatrixCell(server, state, strict).AdvanceAsync((byte)number);
                row[number] = "legal";
                return;
            }

            var (outcome, reason) = await new MatrixCell(server, state, strict).RunAsync((byte)number, plaintext: false);
            row[number] = reason is null ? outcome.ToString() : $"{outcome} {reason}";
            if (!allowed.HasFlag(outcome) && !(allowed.HasFlag(CellOutcome.Legal) && outcome != CellOutcome.Ended))
            {
                wrong.Enqueue($"message {number}: {row[number]}; allowed: {allowed}");
            }

            Check(state, number, outcome, reason, server, wrong);
        });
        output.WriteLine($"{state}, {(strict ? "strict" : "not strict")}: {Summary(row)}");
        Assert.Empty(wrong);
        Assert.Equal(256, row.Count);
    }

    [Theory]
    [InlineData(nameof(ConnectionState.BeforeServiceRequest))]
    [InlineData(nameof(ConnectionState.AfterServiceRequest))]
    [InlineData(nameof(ConnectionState.DuringAuthentication))]
    [InlineData(nameof(ConnectionState.Authenticated))]
    [InlineData(nameof(ConnectionState.ChannelOpen))]
    [InlineData(nameof(ConnectionState.DuringRekey))]
    [InlineData(nameof(ConnectionState.RekeyAwaitingNewKeys))]
    public async Task After_the_first_NEWKEYS_every_plaintext_message_ends_the_connection(string stateName)
    {
        var state = Enum.Parse<ConnectionState>(stateName);
        var wrong = new ConcurrentQueue<string>();
        var row = new ConcurrentDictionary<int, string>();
        await ForEachNumberAsync(async number =>
        {
            var server = new ServerUnderTest();
            var (outcome, reason) = await new MatrixCell(server, state, strict: true).RunAsync((byte)number, plaintext: true);
            row[number] = $"{outcome} {reason}";
            if (outcome != CellOutcome.Ended || reason != SshEndReason.IntegrityError)
            {
                wrong.Enqueue($"message {number}: {row[number]}");
            }

            Check(state, number, outcome, reason, server, wrong);
        });
        output.WriteLine($"{state}, plaintext: {Summary(row)}");
        Assert.Empty(wrong);
    }

    private static void Check(ConnectionState state, int number, CellOutcome outcome, SshEndReason? reason, ServerUnderTest server, ConcurrentQueue<string> wrong)
    {
        if (reason is SshEndReason.InternalError or SshEndReason.ConnectionLost)
        {
            wrong.Enqueue($"message {number} ended with {reason}");
        }

        var application = server.Application;
        var loginsDue = state >= ConnectionState.Authenticated || outcome != CellOutcome.Ended ? 1 : 0;
        if (application.ProgramsRun != 0 || application.ProgramsSought != 0 || application.Logins != loginsDue)
        {
            wrong.Enqueue($"message {number}: {application.Logins} logins (due: {loginsDue}), {application.ProgramsSought} programs sought, {application.ProgramsRun} run");
        }

        if (loginsDue == 0 && application.Questions != 0)
        {
            wrong.Enqueue($"message {number} asked the program about a key before a login was tried");
        }
    }

    private static Task ForEachNumberAsync(Func<int, Task> run) =>
        Parallel.ForEachAsync(Enumerable.Range(0, 256), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, _) => await run(number));

    /// <summary>Each outcome with its numbers, runs of them joined.</summary>
    private static string Summary(ConcurrentDictionary<int, string> row)
    {
        var text = new StringBuilder();
        foreach (var group in row.GroupBy(pair => pair.Value, pair => pair.Key).OrderBy(group => group.Count()))
        {
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "; " : "")}{group.Key}:");
            var numbers = group.Order().ToArray();
            for (var i = 0; i < numbers.Length; i++)
            {
                var first = numbers[i];
                while (i + 1 < numbers.Length && numbers[i + 1] == numbers[i] + 1)
                {
                    i++;
                }

                text.Append(CultureInfo.InvariantCulture, $" {first}{(numbers[i] > first ? $"-{numbers[i]}" : "")}");
            }
        }

        return text.ToString();
    }
}

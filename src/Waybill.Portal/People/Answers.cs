using System.Globalization;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging;
using Waybill.Core;
using Waybill.Core.People;

namespace Waybill.Portal.People;

/// <summary>What people read of a try that did not succeed.</summary>
internal sealed partial class Answers(IStringLocalizer<Texts> texts, ILogger<Answers> logger, TimeProvider time)
{
    /// <summary>A verdict in words; <paramref name="wrong"/> names what was wrong.</summary>
    public string Of(SignInAnswer answer, string wrong) => answer switch
    {
        { Verdict: SignInVerdict.Busy } => texts["SignBusy"],
        { Verdict: SignInVerdict.Wait, TryAgain: var until } => texts["SignWait", Wait(until)],
        { TryAgain: { } until } when until > time.GetUtcNow() => texts["SignWrongWait", texts[wrong].Value, Wait(until)],
        _ => texts[wrong],
    };

    /// <summary>Why a new password was not set; <paramref name="wrong"/> names what was wrong with the proof.</summary>
    public PasswordErrors Of(Result<SignInAnswer> answer, string wrong) => answer switch
    {
        { Succeeded: true } => new(Proof: Of(answer.Value, wrong)),
        { Problem.Kind: ProblemKind.Invalid } => new(Password: Of(answer.Problem!)),
        _ => new(Other: Of(answer.Problem!)),
    };

    /// <summary>A problem in words: what the person can mend as Core says it, and nothing of what stands wrong with the server, which is for its log.</summary>
    public string Of(Problem problem)
    {
        if (problem.Kind is ProblemKind.Invalid or ProblemKind.Refused or ProblemKind.LimitReached or ProblemKind.AlreadyExists or ProblemKind.NotFound)
        {
            return BrowserWords.Of(problem.Message);
        }

        Failed(logger, problem.Message);
        return texts["SignTrouble"];
    }

    private string Wait(DateTimeOffset? until)
    {
        var left = (until ?? time.GetUtcNow()) - time.GetUtcNow();
        var (count, unit) = left.TotalHours >= 2 ? (left.TotalHours, "SignHours") : left.TotalMinutes >= 2 ? (left.TotalMinutes, "SignMinutes") : (Math.Max(1, left.TotalSeconds), "SignSeconds");
        return texts[unit, ((int)Math.Ceiling(count)).ToString(CultureInfo.InvariantCulture)];
    }

    [LoggerMessage(1900, LogLevel.Error, "The portal could not do what somebody asked for: {Problem}")]
    private static partial void Failed(ILogger logger, string problem);
}

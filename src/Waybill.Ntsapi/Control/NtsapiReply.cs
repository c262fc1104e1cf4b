using Waybill.Ntsapi.Numbers;

namespace Waybill.Ntsapi.Control;

/// <summary>The digit that a reply begins with; 0 is success for every client. Which other digit goes with what is ours (docs/protocols/ntsapi.md).</summary>
internal static class ReplyDigit
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Understood and allowed, but not possible now: nothing is free, or the state of the number stands against it.</summary>
    public const int NotNow = 1;

    /// <summary>Not understood, or not allowed. Sent again, it will be refused again.</summary>
    public const int Refused = 4;

    /// <summary>The server failed, or ends. Sent again in a while, it may work.</summary>
    public const int Trouble = 5;

    /// <summary>A limit: too fast, or too many sessions.</summary>
    public const int Limit = 7;

    /// <summary>No emergency record (STATUS of INFO 999 has this digit).</summary>
    public const int NoRecord = 9;
}

/// <summary>The one reply to a command. Commands return it and send nothing themselves, so that a client that counts replies never gets out of step.</summary>
/// <param name="Digit">0 for success.</param>
/// <param name="Text">What stands behind the blank.</param>
internal sealed record NtsapiReply(int Digit, string Text)
{
    /// <summary>Texts of lines of success before the last line (ALIST and INFO 999 DATA); the reply is then ended by its own, which is none.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>The connection ends behind it.</summary>
    public bool Closes { get; init; }

    /// <summary>Words for a server that cannot do it now.</summary>
    public const string TroubleWords = "The server cannot do this at the moment. Try again in a minute.";

    /// <summary>Words for a number that is not the login's, whether it is somebody else's or nobody's.</summary>
    public const string NotYoursWords = "This is not one of your numbers. A number that was ported in begins with P";

    /// <summary>0 and a text.</summary>
    public static NtsapiReply Done(string text) => new(ReplyDigit.Done, text);

    /// <summary>Not understood, or not allowed.</summary>
    public static NtsapiReply Refused(string text) => new(ReplyDigit.Refused, text);

    /// <summary>The reply to what a call about numbers came to.</summary>
    /// <param name="answer">What it came to.</param>
    /// <param name="done">The text of success.</param>
    /// <param name="notFound">The reply where there is no such number; null for <see cref="NotYoursWords"/>.</param>
    public static NtsapiReply Of(NumberAnswer answer, string done, NtsapiReply? notFound = null) => answer.Result switch
    {
        NumberResult.Done => Done(done),
        NumberResult.NotFound => notFound ?? Refused(NotYoursWords),
        NumberResult.NotNow => new(ReplyDigit.NotNow, answer.Words ?? "This cannot be done with the number as it is"),
        NumberResult.Forbidden => Refused(answer.Words ?? "This login may not do this"),
        NumberResult.TooFast => new(ReplyDigit.Limit, answer.Words ?? "This comes too fast. Wait a moment and send it again"),
        NumberResult.Invalid => Refused(answer.Words ?? "This is not possible"),
        _ => new(ReplyDigit.Trouble, answer.Words ?? TroubleWords),
    };
}

namespace Waybill.Core.Diagnosis;

/// <summary>One thing that lets somebody in, or keeps them out.</summary>
/// <param name="Verdict">Whether it keeps them out.</param>
/// <param name="What">What is so, in a sentence.</param>
/// <param name="Next">What to do, in a sentence; null for nothing.</param>
/// <param name="Command">The same as words for <c>./waybill</c>; null where no command does it.</param>
public sealed record DiagnosisFinding(DiagnosisVerdict Verdict, string What, string? Next = null, string? Command = null)
{
    /// <summary>The same for a button of the portal; null where there is none.</summary>
    public Remedy? Remedy { get; init; }
}

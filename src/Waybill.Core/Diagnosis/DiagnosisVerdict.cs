namespace Waybill.Core.Diagnosis;

/// <summary>Whether a finding keeps somebody out.</summary>
public enum DiagnosisVerdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>May be the reason: a person has to judge.</summary>
    Look,

    /// <summary>Keeps them out.</summary>
    Stop,
}

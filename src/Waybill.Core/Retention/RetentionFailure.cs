using System.Text.Json.Serialization;
using Waybill.Core.Audit;

namespace Waybill.Core.Retention;

/// <summary>A file that a run went past.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Reason">Why.</param>
public sealed record RetentionFailure(string Account, string Path, string Reason)
{
    /// <summary>The path for a person's eyes: no character in it steers a terminal.</summary>
    [JsonIgnore]
    public string Shown => AuditText.Clean(Path, AuditLimits.Subject, doubleBackslash: true)!;
}

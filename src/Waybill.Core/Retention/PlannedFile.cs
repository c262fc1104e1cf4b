using System.Text.Json.Serialization;
using Waybill.Core.Audit;

namespace Waybill.Core.Retention;

/// <summary>One file that goes.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Arrived">When it arrived, by the server's clock.</param>
/// <param name="Fetched">Whether somebody has fetched it.</param>
/// <param name="Goes">The run that removes it.</param>
public sealed record PlannedFile(string Account, string Path, long Size, DateTimeOffset Arrived, bool Fetched, DateTimeOffset Goes)
{
    /// <summary>The path for a person's eyes: no character in it steers a terminal.</summary>
    [JsonIgnore]
    public string Shown => AuditText.Clean(Path, AuditLimits.Subject, doubleBackslash: true)!;
}

using System.Text.Json.Serialization;
using Waybill.Core.Audit;

namespace Waybill.Core.Retention;

/// <summary>A file that an account was told of, as it is now.</summary>
/// <param name="Id">Its number in the catalogue.</param>
/// <param name="Path">Where it lies, or lay.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Arrived">When it arrived.</param>
/// <param name="Fetched">Whether somebody has fetched it.</param>
/// <param name="State">Whether it still goes.</param>
public sealed record NoticedFile(long Id, string Path, long Size, DateTimeOffset Arrived, bool Fetched, NoticedState State)
{
    /// <summary>The path for a person's eyes: no character in it steers anything.</summary>
    [JsonIgnore]
    public string Shown => AuditText.Clean(Path, AuditLimits.Subject, doubleBackslash: false)!;
}

/// <summary>What became of a file since its account was told.</summary>
public enum NoticedState
{
    /// <summary>It goes with the run.</summary>
    Goes,

    /// <summary>It stays for longer after all.</summary>
    Stays,

    /// <summary>It is not there any more.</summary>
    Gone,
}

namespace Waybill.Core.Expectations;

/// <summary>The topics of expectations.</summary>
public static class ExpectationTopics
{
    /// <summary>No file was there when one was due.</summary>
    public const string Missing = "file-missing";

    /// <summary>A file that was missing has come.</summary>
    public const string Late = "file-late";

    /// <summary>Nobody has fetched a file for the days that were set.</summary>
    public const string Unfetched = "file-unfetched";
}

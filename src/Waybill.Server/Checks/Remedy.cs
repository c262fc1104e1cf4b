namespace Waybill.Server.Checks;

/// <summary>What to do about a finding.</summary>
/// <param name="Words">In words that lead to the command, as <c>look and release or discard</c>.</param>
/// <param name="Command">The words for <c>./waybill</c>.</param>
internal sealed record Remedy(string Words, string Command)
{
    /// <summary>A command that shows more.</summary>
    public static Remedy See(string command) => new("see", command);
}

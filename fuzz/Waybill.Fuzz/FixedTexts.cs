using Waybill.Ssh.Hosting;

namespace Waybill.Fuzz;

/// <summary>
/// A parser's reasons to refuse, by the part of their words that never changes. Words that are none of these come back as they are: an outcome that the target
/// does not declare, so that a reason which is new in the source cannot go unnoticed.
/// </summary>
internal sealed class FixedTexts(params string[] texts)
{
    public IReadOnlyList<string> All { get; } = texts;

    public string Of(SshDisconnectException exception) => Of(exception.Message);

    public string Of(string words) => Find(words) ?? words;

    public string? Find(string words) => All.FirstOrDefault(text => words.StartsWith(text, StringComparison.Ordinal));
}

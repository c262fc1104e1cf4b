using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Waybill.Core.Audit;

namespace Waybill.Core.Notifications;

/// <summary>
/// A text with <c>{{name}}</c> for a value, and <c>{{#events}}…{{/events}}</c> for a part that is repeated for each event of a digest; there is nothing else.
/// A value is never read as a template, has no control characters, and is encoded in HTML.
/// </summary>
internal sealed class Template
{
    public const string Events = "events";

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly IReadOnlyList<Piece> _pieces;
    private readonly bool _isHtml;

    private Template(IReadOnlyList<Piece> pieces, bool isHtml)
    {
        _pieces = pieces;
        _isHtml = isHtml;
    }

    /// <summary>Reads a template; says what is wrong with it.</summary>
    public static Result<Template> Parse(string text, bool isHtml)
    {
        List<Piece> outer = [];
        List<Piece>? inner = null;
        var rest = text.ReplaceLineEndings("\n").AsSpan();
        while (rest.Length > 0)
        {
            var pieces = inner ?? outer;
            var open = rest.IndexOf("{{", StringComparison.Ordinal);
            if (open != 0)
            {
                pieces.Add(new Piece(rest[..(open < 0 ? rest.Length : open)].ToString(), null, null));
                rest = open < 0 ? default : rest[open..];
                continue;
            }

            var close = rest.IndexOf("}}", StringComparison.Ordinal);
            var name = close < 0 ? "" : rest[2..close].Trim().ToString();
            if (name.Length == 0 || name.AsSpan().ContainsAny('{', '\n'))
            {
                return Problem.Invalid($"'{Words.Show(rest[..Math.Min(rest.Length, 30)].ToString())}' is no placeholder. Write it as {{{{account}}}}.");
            }

            rest = rest[(close + 2)..];
            switch (name)
            {
                case "#" + Events when inner is null:
                    inner = [];
                    rest = AfterLine(rest);
                    break;
                case "/" + Events when inner is not null:
                    outer.Add(new Piece(null, null, inner));
                    inner = null;
                    rest = AfterLine(rest);
                    break;
                case ['#', ..] or ['/', ..]:
                    return Problem.Invalid($"'{{{{{Words.Show(name)}}}}}' does not belong there. There is one repeated part, {{{{#events}}}} to {{{{/events}}}}.");
                default:
                    pieces.Add(new Piece(null, name, null));
                    break;
            }
        }

        return inner is null ? new Template(outer, isHtml) : Problem.Invalid("{{#events}} has no {{/events}}. Add it.");
    }

    /// <summary>The text with its values in place; a name that has none is empty.</summary>
    public string Render(IReadOnlyDictionary<string, string> values, IReadOnlyList<IReadOnlyDictionary<string, string>>? events = null)
    {
        var text = new StringBuilder();
        Render(_pieces, values, events ?? [], text);
        return text.ToString();
    }

    /// <summary>A value as it may stand in a mail: one line, bounded; texts of several lines are made by us alone.</summary>
    public static string Clean(string value, int limit = NotificationLimits.Value) => AuditText.Clean(value, limit, doubleBackslash: false)!;

    private void Render(
        IReadOnlyList<Piece> pieces, IReadOnlyDictionary<string, string> values, IReadOnlyList<IReadOnlyDictionary<string, string>> events, StringBuilder text)
    {
        foreach (var piece in pieces)
        {
            if (piece.Repeated is { } repeated)
            {
                foreach (var each in events)
                {
                    Render(repeated, each, [], text);
                }
            }
            else if (piece.Name is null)
            {
                text.Append(piece.Text);
            }
            else if (values.TryGetValue(piece.Name, out var value))
            {
                text.Append(_isHtml ? Html.Encode(value) : value);
            }
        }
    }

    /// <summary>A line that holds only the mark of a repeated part leaves no empty line.</summary>
    private static ReadOnlySpan<char> AfterLine(ReadOnlySpan<char> rest) => rest is ['\n', ..] ? rest[1..] : rest;

    private sealed record Piece(string? Text, string? Name, IReadOnlyList<Piece>? Repeated);
}

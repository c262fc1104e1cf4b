using System.Collections.Concurrent;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Waybill.Core.Packs;

/// <summary>
/// A shipped text with <c>{{name}}</c> for a value, <c>{{#name}}…{{/name}}</c> for a part that is repeated for each item of a list, and <c>{{^name}}…{{/name}}</c> for one
/// that stands when the list is empty. A value is never read as a template; in HTML it is encoded.
/// </summary>
internal sealed class PackTemplate
{
    private const string Prefix = "PackTemplates/";

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly ConcurrentDictionary<string, PackTemplate> Loaded = new(StringComparer.Ordinal);

    private readonly IReadOnlyList<Piece> _pieces;
    private readonly bool _isHtml;

    private PackTemplate(IReadOnlyList<Piece> pieces, bool isHtml)
    {
        _pieces = pieces;
        _isHtml = isHtml;
    }

    private enum PieceKind
    {
        Text,
        Value,
        Repeated,
        Otherwise,
    }

    /// <summary>The template of a name.</summary>
    public static PackTemplate Load(string name) => Loaded.GetOrAdd(name, static name => Parse(Read(name), name.EndsWith(".html", StringComparison.Ordinal)));

    /// <summary>A shipped file as it is.</summary>
    public static string Read(string name)
    {
        using var reader = new StreamReader(
            typeof(PackTemplate).Assembly.GetManifestResourceStream(Prefix + name) ?? throw new InvalidOperationException($"There is no template '{name}'."), Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    internal static PackTemplate Parse(string text, bool isHtml)
    {
        var open = new Stack<(string Name, PieceKind Kind, List<Piece> Pieces)>();
        open.Push(("", PieceKind.Text, []));
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var begin = rest.IndexOf("{{", StringComparison.Ordinal);
            if (begin != 0)
            {
                open.Peek().Pieces.Add(new Piece(PieceKind.Text, rest[..(begin < 0 ? rest.Length : begin)].ToString(), []));
                rest = begin < 0 ? default : rest[begin..];
                continue;
            }

            var end = rest.IndexOf("}}", StringComparison.Ordinal);
            var name = end < 0 ? "" : rest[2..end].ToString();
            var behind = end < 0 ? default : rest[(end + 2)..];

            // A line that holds only the mark of a part leaves no empty line.
            var beginsLine = text.Length == rest.Length || text[text.Length - rest.Length - 1] == '\n';
            rest = name is ['#' or '^' or '/', ..] && beginsLine && behind is ['\n', ..] ? behind[1..] : behind;
            switch (name)
            {
                case ['#', ..] or ['^', ..]:
                    open.Push((name[1..], name[0] == '#' ? PieceKind.Repeated : PieceKind.Otherwise, []));
                    break;
                case ['/', ..]:
                    var part = open.Pop();
                    if (part.Name != name[1..] || open.Count == 0)
                    {
                        throw new FormatException($"'{{{{{name}}}}}' ends no part of the template.");
                    }

                    open.Peek().Pieces.Add(new Piece(part.Kind, part.Name, part.Pieces));
                    break;
                case "":
                    throw new FormatException("A placeholder of the template has no name or no end.");
                default:
                    open.Peek().Pieces.Add(new Piece(PieceKind.Value, name, []));
                    break;
            }
        }

        return open.Count == 1 ? new PackTemplate(open.Pop().Pieces, isHtml) : throw new FormatException($"'{{{{#{open.Peek().Name}}}}}' has no end.");
    }

    /// <summary>The text with its values in place.</summary>
    public string Render(PackValues values)
    {
        var text = new StringBuilder();
        Render(_pieces, values, text);
        return text.ToString();
    }

    private void Render(IReadOnlyList<Piece> pieces, PackValues values, StringBuilder text)
    {
        foreach (var piece in pieces)
        {
            switch (piece.Kind)
            {
                case PieceKind.Text:
                    text.Append(piece.Content);
                    break;
                case PieceKind.Value:
                    var value = values.Text(piece.Content);
                    text.Append(_isHtml ? Html.Encode(value) : value);
                    break;
                case PieceKind.Otherwise when values.List(piece.Content).Count == 0:
                    Render(piece.Pieces, values, text);
                    break;
                case PieceKind.Repeated:
                    foreach (var item in values.List(piece.Content))
                    {
                        Render(piece.Pieces, item, text);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private sealed record Piece(PieceKind Kind, string Content, IReadOnlyList<Piece> Pieces);
}

using System.Net;
using System.Text;

namespace Waybill.Core.Onboarding.Mail;

/// <summary>The text of a mail that has no plain one: tags go, blocks and rows are lines, cells are divided by tabs.</summary>
internal static class HtmlText
{
    private static readonly string[] Lines = ["br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "hr"];
    private static readonly string[] Silent = ["script", "style", "head", "title", "template"];

    public static string Of(string html)
    {
        var text = new StringBuilder(html.Length);
        string? silent = null;
        var at = 0;
        while (at < html.Length)
        {
            var open = html.IndexOf('<', at);
            if (silent is null)
            {
                Append(text, html.AsSpan(at, (open < 0 ? html.Length : open) - at));
            }

            if (open < 0)
            {
                break;
            }

            if (html.AsSpan(open).StartsWith("<!--"))
            {
                var end = html.IndexOf("-->", open + 4, StringComparison.Ordinal);
                at = end < 0 ? html.Length : end + 3;
                continue;
            }

            var close = html.IndexOf('>', open);
            if (close < 0)
            {
                break;
            }

            var isEnd = open + 1 < html.Length && html[open + 1] == '/';
            var name = NameOf(html, open + (isEnd ? 2 : 1), close);
            if (silent is not null)
            {
                silent = isEnd && name == silent ? null : silent;
            }
            else if (!isEnd && Silent.Contains(name))
            {
                silent = name;
            }
            else if (Lines.Contains(name))
            {
                text.Append('\n');
            }
            else if (isEnd && name is "td" or "th")
            {
                text.Append('\t');
            }

            at = close + 1;
        }

        return WebUtility.HtmlDecode(text.ToString());
    }

    /// <summary>Line ends in the source are blanks.</summary>
    private static void Append(StringBuilder text, ReadOnlySpan<char> piece)
    {
        foreach (var letter in piece)
        {
            text.Append(letter is '\r' or '\n' or '\t' ? ' ' : letter);
        }
    }

    private static string NameOf(string html, int from, int to)
    {
        var end = from;
        while (end < to && char.IsAsciiLetterOrDigit(html[end]))
        {
            end++;
        }

        return html[from..end].ToLowerInvariant();
    }
}

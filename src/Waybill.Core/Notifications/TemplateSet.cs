using System.Collections.Concurrent;
using System.Text;

namespace Waybill.Core.Notifications;

/// <summary>
/// The templates: <c>TOPIC.txt</c> and <c>TOPIC.html</c> of the operator's folder, else the shipped ones, else <c>default</c>. The first line of a text is
/// <c>Subject: …</c>, then an empty line.
/// </summary>
internal sealed class TemplateSet
{
    public const string Digest = "digest";
    private const string Default = "default";
    private const string SubjectMark = "Subject:";

    private readonly ConcurrentDictionary<string, MailTemplate> _templates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Template> _html = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Template Subject, Template Text)> _text = new(StringComparer.Ordinal);

    private TemplateSet()
    {
    }

    /// <summary>Reads all templates; a broken one is a problem, so that it is found at the start and not with the first mail.</summary>
    public static Result<TemplateSet> Load(string folder)
    {
        var set = new TemplateSet();
        foreach (var (name, content) in Shipped())
        {
            if (set.Add(name, content) is { } problem)
            {
                return problem;
            }
        }

        if (!Directory.Exists(folder))
        {
            return set;
        }

        foreach (var file in Directory.EnumerateFiles(folder).Where(static file => Path.GetExtension(file) is ".txt" or ".html").Order(StringComparer.Ordinal))
        {
            string content;
            try
            {
                content = new FileInfo(file).Length <= NotificationLimits.Template ? File.ReadAllText(file) : "";
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return Problem.Unusable($"The template {file} cannot be read. Check its owner and mode.");
            }

            if (content.Length == 0)
            {
                return Problem.Invalid($"The template {file} is empty or longer than {NotificationLimits.Template} bytes. Mend or remove it.");
            }

            if (set.Add(Path.GetFileName(file), content) is { } problem)
            {
                return Problem.Invalid($"The template {file}: {problem.Message}");
            }
        }

        return set;
    }

    /// <summary>The template of a topic.</summary>
    public MailTemplate For(string topic) => _templates.GetOrAdd(topic, static (name, set) =>
    {
        var (subject, text) = set._text.TryGetValue(name, out var own) ? own : set._text[Default];
        return new MailTemplate(subject, text, set._html.TryGetValue(name, out var html) ? html : set._html[Default]);
    }, this);

    private static IEnumerable<(string Name, string Content)> Shipped()
    {
        const string Prefix = "Templates/";
        var assembly = typeof(TemplateSet).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            yield return (name[Prefix.Length..], reader.ReadToEnd());
        }
    }

    private Problem? Add(string file, string content)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        if (file.EndsWith(".html", StringComparison.Ordinal))
        {
            var html = Template.Parse(content, isHtml: true);
            if (html.Succeeded)
            {
                _html[name] = html.Value;
            }

            return html.Problem;
        }

        var lines = content.ReplaceLineEndings("\n").Split('\n', 3);
        if (lines.Length < 3 || !lines[0].StartsWith(SubjectMark, StringComparison.Ordinal) || lines[1].Trim().Length > 0)
        {
            return Problem.Invalid("The first line is not a subject with an empty line below. Write it as: Subject: {{topic}} for account {{account}}.");
        }

        var subject = Template.Parse(lines[0][SubjectMark.Length..].Trim(), isHtml: false);
        var text = Template.Parse(lines[2], isHtml: false);
        if (subject.Succeeded && text.Succeeded)
        {
            _text[name] = (subject.Value, text.Value);
        }

        return subject.Problem ?? text.Problem;
    }
}

/// <summary>What makes the mail of a topic.</summary>
internal sealed record MailTemplate(Template Subject, Template Text, Template Html)
{
    /// <summary>Makes subject, text and HTML. The subject is one bounded line whatever the values are.</summary>
    public (string Subject, string Text, string Html) Render(
        Dictionary<string, string> values, IReadOnlyList<IReadOnlyDictionary<string, string>>? events = null)
    {
        var subject = Template.Clean(Subject.Render(values), NotificationLimits.Subject);
        var text = Text.Render(values, events);
        var html = Html.Render(new Dictionary<string, string>(values) { ["subject"] = subject, ["text"] = text }, events);
        return (subject, text, html);
    }
}

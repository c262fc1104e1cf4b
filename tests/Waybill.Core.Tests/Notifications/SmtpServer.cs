using System.Globalization;
using System.Text;
using System.Text.Json;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Notifications;

/// <summary>A real mail server beside the test: Debian's aiosmtpd.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ExternalProcess _process;

    private SmtpServer(ExternalProcess process) => _process = process;

    public int Port { get; private init; }

    /// <summary>What it has taken.</summary>
    public IReadOnlyList<ReceivedMail> Mails => [.. from line in _process.Output.Split('\n')[..^1] where line.StartsWith("MAIL ", StringComparison.Ordinal) select ReceivedMail.Parse(line[5..])];

    public static async Task<SmtpServer> StartAsync(params string[] options)
    {
        // Debian's own interpreter, since that is the one with its packages.
        var process = ExternalProcess.Start(
            "/usr/bin/python3", [Path.Combine(RepositoryRoot.Find(), "tests", "Waybill.Core.Tests", "Notifications", "smtp_server.py"), .. options]);
        try
        {
            await process.WaitForTextAsync("READY", Patience);
            await process.WaitForTextAsync("\n", Patience);
            return new SmtpServer(process) { Port = int.Parse(process.Output.Split('\n')[0].Split(' ')[1], CultureInfo.InvariantCulture) };
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<ReceivedMail>> WaitForAsync(int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (Mails.Count < count)
        {
            Assert.False(_process.HasExited, _process.ErrorOutput);
            await Task.Delay(20, patience.Token);
        }

        return Mails;
    }

    /// <summary>Lets it answer the DATA that it holds.</summary>
    public async Task AnswerAsync()
    {
        await _process.StandardInput.WriteLineAsync("go");
        await _process.StandardInput.FlushAsync();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}

/// <summary>A mail as it came over the wire.</summary>
internal sealed record ReceivedMail(string From, IReadOnlyList<string> To, string Content, bool Tls, string? User)
{
    public string MessageId => Header("Message-ID")!;

    /// <summary>The head, each header on one line.</summary>
    public string Head => Content[..Content.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal);

    public string Subject => DecodeWords(Header("Subject")!);

    /// <summary>The parts' texts: plain, then HTML.</summary>
    public IReadOnlyList<string> Parts
    {
        get
        {
            var boundary = "--" + Header("Content-Type")!.Split("boundary=")[1].Trim('"');
            return [.. Content.Split(boundary)[1..^1].Select(Part)];
        }
    }

    public static ReceivedMail Parse(string json)
    {
        var mail = JsonDocument.Parse(json).RootElement;
        return new ReceivedMail(
            mail.GetProperty("from").GetString()!, [.. mail.GetProperty("to").EnumerateArray().Select(to => to.GetString()!)],
            Encoding.UTF8.GetString(mail.GetProperty("content").GetBytesFromBase64()), mail.GetProperty("tls").GetBoolean(), mail.GetProperty("user").GetString());
    }

    public string? Header(string name) =>
        Head.Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    private static string Part(string part)
    {
        var (head, body) = (part[..part.IndexOf("\r\n\r\n", StringComparison.Ordinal)], part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        return head.Contains("base64", StringComparison.OrdinalIgnoreCase)
            ? Encoding.UTF8.GetString(Convert.FromBase64String(body.Trim()))
            : head.Contains("quoted-printable", StringComparison.OrdinalIgnoreCase) ? QuotedPrintable(body) : body;
    }

    private static string QuotedPrintable(string body)
    {
        var bytes = new List<byte>();
        var text = body.Replace("=\r\n", "", StringComparison.Ordinal);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=')
            {
                bytes.Add(Convert.FromHexString(text.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string DecodeWords(string text) => System.Text.RegularExpressions.Regex.Replace(
        text.Replace("?= =?", "?==?", StringComparison.Ordinal), @"=\?utf-8\?(B|Q)\?([^?]*)\?=",
        match => match.Groups[1].Value is "B" or "b" ? Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[2].Value)) : QuotedPrintable(match.Groups[2].Value.Replace('_', ' ')),
        System.Text.RegularExpressions.RegexOptions.IgnoreCase);
}

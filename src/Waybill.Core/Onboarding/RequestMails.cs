using System.Globalization;
using Waybill.Core.Database;
using Waybill.Core.Notifications;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Onboarding;

/// <summary>
/// Mails to the person who asks, into the outbox and the history, in the transaction of what they tell. Each is made from a template of its topic, as notifications are.
/// </summary>
internal sealed class RequestMails(OnboardingOptions options, TimeProvider time)
{
    private Result<TemplateSet>? _templates;

    /// <summary>The link of a token.</summary>
    public string Link(string token) => $"{options.PublicUrl.TrimEnd('/')}/l/{token}";

    /// <summary>Writes a mail about a request. One with a link is a secret, which the outbox forgets when it is sent.</summary>
    public Outcome Write(
        WriteTransaction transaction, AccessRequest request, string topic, Actor actor, string? token = null, IReadOnlyDictionary<string, string>? more = null, long? account = null)
    {
        var connection = transaction.Connection;
        if (connection.Number("SELECT count(*) FROM access_request_event WHERE request_id = @id AND target IS NOT NULL", ("@id", request.Id)) >= OnboardingLimits.Mails)
        {
            return Problem.LimitReached($"{OnboardingLimits.Mails} mails were sent about request {request.Reference}, and that is the limit. Call the person, or reject the request.");
        }

        var values = Values(request);
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
        {
            values[name] = value;
        }

        var sent = Send(connection, topic, request.Details.Email!, values, token, account);
        if (!sent.Succeeded)
        {
            return sent.Problem;
        }

        RequestSql.AddEvent(connection, request.Id, actor, "mail", topic, time.GetUtcNow(), sent.Value.Delivery, sent.Value.MessageId, request.Details.Email);
        return Outcome.Done;
    }

    /// <summary>Writes a mail that belongs to no request: an invitation.</summary>
    public Outcome Write(WriteTransaction transaction, string topic, string target, Dictionary<string, string> values, string token, long account)
    {
        foreach (var (name, value) in Provider())
        {
            values.TryAdd(name, value);
        }

        return new(Send(transaction.Connection, topic, target, values, token, account).Problem);
    }

    /// <summary>What the set-up mail says of the server, which has at least one of these names.</summary>
    public Dictionary<string, string> Server(IReadOnlyList<PublicHost> named)
    {
        var hosts = named.Select(static host => Template.Clean(string.Create(CultureInfo.InvariantCulture,
            $"{host.Host}, port {host.Port}{(host.Region is { } region ? $" (for {region})" : "")}"))).ToList();
        var keys = options.HostKeys();
        return new()
        {
            ["host"] = Template.Clean(named[0].Host),
            ["port"] = named[0].Port.ToString(CultureInfo.InvariantCulture),
            ["hosts"] = string.Join('\n', hosts),
            ["fingerprints"] = string.Join('\n', keys.SelectMany(static key => new[] { KeyFingerprint.Putty(key), KeyFingerprint.PuttyMd5(key) }).Select(static line => Template.Clean(line))),
        };
    }

    private Dictionary<string, string> Values(AccessRequest request)
    {
        var values = Provider();
        values["name"] = Template.Clean(request.Details.FirstName ?? request.Details.LastName ?? "there");
        values["reference"] = request.Reference;
        values["account"] = Template.Clean(request.Details.Account ?? "-");
        values["company"] = Template.Clean(request.Details.Company ?? "-");
        values["key"] = request.Key is { } key ? $"{key.Type} {key.Bits} {key.Sha256}" : "-";
        values["user"] = Template.Clean(request.Login ?? "-");
        return values;
    }

    private Dictionary<string, string> Provider() => new()
    {
        ["provider"] = Template.Clean(options.Notifications.ProviderName ?? "Waybill"),
        ["support"] = Template.Clean(string.Join(", ", new[] { options.Notifications.SupportMail, options.Phone }.OfType<string>()) is { Length: > 0 } support ? support : "your provider"),
    };

    private Result<Sent> Send(DatabaseConnection connection, string topic, string target, Dictionary<string, string> values, string? token, long? account)
    {
        _templates ??= TemplateSet.Load(options.Notifications.TemplateFolder);
        if (!_templates.Value.Succeeded)
        {
            return _templates.Value.Problem;
        }

        if (token is not null)
        {
            values["link"] = Link(token);
        }

        var messageId = MailMessages.NewId(options.Notifications.From);
        OutboxSql.Add(connection, DeliveryKind.Mail, topic, null, account, null, target, messageId, _templates.Value.Value.For(topic).Render(values), time.GetUtcNow(), token is not null);
        return new Sent(connection.Number("SELECT last_insert_rowid()"), messageId);
    }

    private sealed record Sent(long Delivery, string MessageId);
}

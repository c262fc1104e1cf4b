using Waybill.Core.Database;

namespace Waybill.Core.Notifications;

/// <summary>Mails to one person at an address of their own, with what no event may hold: events go to web hooks and digests, and stay for months.</summary>
internal sealed class PersonalMails
{
    private readonly NotificationOptions _options;
    private readonly TemplateSet _templates;

    private PersonalMails(NotificationOptions options, TemplateSet templates) => (_options, _templates) = (options, templates);

    /// <summary>Reads the templates; a broken one is a problem.</summary>
    public static Result<PersonalMails> Load(NotificationOptions options)
    {
        var templates = TemplateSet.Load(options.TemplateFolder);
        return templates.Succeeded ? new PersonalMails(options, templates.Value) : templates.Problem;
    }

    /// <summary>Puts a mail into the outbox, in the transaction of what it tells. The values are cleaned here; <c>provider</c> and <c>support</c> are added.</summary>
    public void Add(DatabaseConnection connection, string template, long? account, string target, IReadOnlyDictionary<string, string> values, DateTimeOffset now)
    {
        var all = values.ToDictionary(static pair => pair.Key, static pair => Template.Clean(pair.Value));
        all["provider"] = Template.Clean(_options.ProviderName ?? "Waybill");
        all["support"] = Template.Clean(_options.SupportMail ?? "your provider");
        OutboxSql.Add(
            connection, DeliveryKind.Mail, template, null, account, null, target, MailMessages.NewId(_options.From), _templates.For(template).Render(all), now,
            holdsSecret: all.ContainsKey("link"));
    }

    /// <summary>A time as the provider's people and customers read it.</summary>
    public string Show(DateTimeOffset time) => LocalTimes.Show(time, _options.Zone);
}

using Waybill.Core.Database;
using Waybill.Core.Notifications;

namespace Waybill.Core.People;

/// <summary>Mails to a person, put into the outbox in the transaction of what they tell.</summary>
internal sealed class PersonMails(PeopleOptions options, TimeProvider time)
{
    public const string SignUp = "person-sign-up";
    public const string Joined = "person-joined";
    public const string CredentialsReset = "person-credentials-reset";
    public const string PasswordReset = "person-password-reset";
    public const string Changed = "person-sign-in-changed";
    public const string Warning = "person-sign-in-warning";

    private readonly Lazy<Result<TemplateSet>> _templates = new(() => TemplateSet.Load(options.Notifications.TemplateFolder));

    /// <summary>Puts a mail into the outbox; a broken template of the operator is a problem.</summary>
    public Problem? Add(WriteTransaction transaction, string topic, Person person, params ReadOnlySpan<(string Name, string Value)> values)
    {
        if (!_templates.Value.Succeeded)
        {
            return _templates.Value.Problem;
        }

        var zone = person.TimeZone is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var own) ? own : options.Notifications.Zone;
        Dictionary<string, string> all = new()
        {
            ["name"] = Template.Clean(person.Name),
            ["email"] = person.Email,
            ["portal"] = options.PublicUrl,
            ["provider"] = Template.Clean(options.Issuer),
            ["support"] = Template.Clean(options.Notifications.SupportMail ?? "your provider"),
            ["time"] = LocalTimes.Show(time.GetUtcNow(), zone),
        };
        foreach (var (each, value) in values)
        {
            all[each] = Template.Clean(value);
        }

        OutboxSql.Add(
            transaction.Connection, DeliveryKind.Mail, topic, null, null, null, person.Email, MailMessages.NewId(options.Notifications.From),
            _templates.Value.Value!.For(topic).Render(all), time.GetUtcNow());
        return null;
    }
}

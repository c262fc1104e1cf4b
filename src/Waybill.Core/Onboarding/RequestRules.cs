using System.Text;
using Waybill.Core.Audit;
using Waybill.Core.Feeds;
using Waybill.Core.Logins;
using Waybill.Core.Notifications;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Onboarding;

/// <summary>What a form may hold, and what it must.</summary>
internal static class RequestRules
{
    /// <summary>The fields without blanks around them, the empty ones gone.</summary>
    public static RequestDetails Trim(RequestDetails details) => details with
    {
        FirstName = Trimmed(details.FirstName),
        LastName = Trimmed(details.LastName),
        Email = Trimmed(details.Email),
        Phone = Trimmed(details.Phone),
        Company = Trimmed(details.Company),
        Account = Trimmed(details.Account),
        UserName = Trimmed(details.UserName),
        Feeds = [.. details.Feeds.Select(Trimmed).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)],
        FileTypes = [.. details.FileTypes.Select(Trimmed).OfType<string>().Select(static type => type.TrimStart('.').ToLowerInvariant()).Distinct()],
        AllowFrom = [.. details.AllowFrom.Select(Trimmed).OfType<string>().Distinct()],
    };

    /// <summary>What is wrong with the fields of a form that are filled in.</summary>
    public static IEnumerable<FieldProblem> Check(RequestDetails details, SubscriptionService subscriptions)
    {
        (string Field, string What, string? Text, int Longest)[] texts =
        [
            ("firstName", "first name", details.FirstName, OnboardingLimits.Field), ("lastName", "last name", details.LastName, OnboardingLimits.Field),
            ("phone", "phone number", details.Phone, OnboardingLimits.Field), ("company", "company", details.Company, OnboardingLimits.Field),
            ("account", "account number", details.Account, OnboardingLimits.AccountText),
        ];
        foreach (var (field, what, text, longest) in texts)
        {
            if (text is not null && CheckText(what, text, longest) is { } problem)
            {
                yield return new(field, problem);
            }
        }

        if (details.Email is { } email && !MailMessages.IsAddress(email))
        {
            yield return new("email", $"'{Words.Show(email)}' is no e-mail address. Give one as name@example.com.");
        }

        if (details.UserName is { } user && UserName.Check(user) is not null)
        {
            yield return new("userName", $"'{Words.Show(user)}' is no user name: use 1 to {UserName.MaximumLength} of A-Z a-z 0-9 . _ and begin with a letter or digit.");
        }

        if (details.AllowFrom.Count > 0 && AllowedNetworks.Parse(details.AllowFrom) is { Succeeded: false } networks)
        {
            yield return new("allowFrom", networks.Problem.Message);
        }

        if (details.Feeds.Count > OnboardingLimits.Choices || details.FileTypes.Count > OnboardingLimits.Choices)
        {
            yield return new("feeds", $"At most {OnboardingLimits.Choices} feeds and file types can be chosen. Choose none to get everything.");
        }
        else if (subscriptions.Check(details.Feeds, details.FileTypes) is { } choice)
        {
            yield return new("feeds", choice.Message);
        }
    }

    /// <summary>What must be asked for before anybody can decide.</summary>
    public static IEnumerable<FieldProblem> Missing(RequestDetails details, bool hasKey, RequestKind kind)
    {
        if (details.FirstName is null && details.LastName is null)
        {
            yield return new("firstName", "Your first and last name.");
        }

        if (details.Email is null)
        {
            yield return new("email", "Your e-mail address.");
        }

        if (details.Company is null && kind == RequestKind.Login)
        {
            yield return new("company", "Your company.");
        }

        if (details.Account is null)
        {
            yield return new("account", "Your account number, as it stands on our invoices.");
        }

        if (!hasKey)
        {
            yield return new("key", "Your public SSH key: the file that \"Save public key\" of PuTTYgen writes, or the one that ends in .pub. Never the private key.");
        }
    }

    /// <summary>What is wrong with a text of staff: a question, a reason.</summary>
    public static Problem? CheckWords(string what, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Problem.Invalid($"The {what} is empty. Give some text.");
        }

        if (PublicKeyFile.Read(Encoding.UTF8.GetBytes(text)).IsPrivate)
        {
            return Problem.Invalid($"The {what} holds a private key, and that belongs into no mail and no history. Leave it out.");
        }

        return text.Length > OnboardingLimits.Words || text.ReplaceLineEndings("\n").Split('\n').Any(line => CheckText(what, line, OnboardingLimits.Words) is not null)
            ? Problem.Invalid(CheckText(what, text, OnboardingLimits.Words)!)
            : null;
    }

    /// <summary>A text of staff as it is kept.</summary>
    public static string Lines(string text) => text.ReplaceLineEndings("\n").Trim();

    /// <summary>Text out of a mail as it may be stored: what a person could not have typed into the form is escaped, what is too long is cut.</summary>
    public static string? Cleaned(string? text, int longest = OnboardingLimits.Field) => AuditText.Clean(Trimmed(text), longest, doubleBackslash: false);

    /// <summary>Only what the form would have taken; the rest is missing, and asked for.</summary>
    public static RequestDetails OnlyValid(RequestDetails details, SubscriptionService subscriptions)
    {
        var valid = Trim(details);
        foreach (var problem in Check(valid, subscriptions).ToList())
        {
            valid = problem.Field switch
            {
                "firstName" => valid with { FirstName = Cleaned(valid.FirstName) },
                "lastName" => valid with { LastName = Cleaned(valid.LastName) },
                "phone" => valid with { Phone = Cleaned(valid.Phone) },
                "company" => valid with { Company = Cleaned(valid.Company) },
                "account" => valid with { Account = null },
                "email" => valid with { Email = null },
                "userName" => valid with { UserName = null },
                "allowFrom" => valid with { AllowFrom = [] },
                _ => valid with { Feeds = [], FileTypes = [] },
            };
        }

        return valid;
    }

    /// <summary>What is known, with what is new in the places of what is missing.</summary>
    public static RequestDetails Fill(RequestDetails known, RequestDetails fresh) => known with
    {
        FirstName = known.FirstName ?? fresh.FirstName,
        LastName = known.LastName ?? fresh.LastName,
        Email = known.Email ?? fresh.Email,
        Phone = known.Phone ?? fresh.Phone,
        Company = known.Company ?? fresh.Company,
        Account = known.Account ?? fresh.Account,
        UserName = known.UserName ?? fresh.UserName,
        Feeds = known.Feeds.Count > 0 ? known.Feeds : fresh.Feeds,
        FileTypes = known.FileTypes.Count > 0 ? known.FileTypes : fresh.FileTypes,
        AllowFrom = known.AllowFrom.Count > 0 ? known.AllowFrom : fresh.AllowFrom,
        Automation = known.Automation || fresh.Automation,
    };

    private static string? CheckText(string what, string text, int longest) => text.Length > longest
        ? $"The {what} is longer than {longest} characters. Shorten it."
        : AuditText.Clean(text, int.MaxValue, doubleBackslash: false) != text
            ? $"The {what} holds control characters or invisible marks. Type it again without them."
            : null;

    private static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

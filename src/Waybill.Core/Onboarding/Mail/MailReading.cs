using System.Diagnostics.CodeAnalysis;

namespace Waybill.Core.Onboarding.Mail;

/// <summary>A mail, or why the file is not read as one.</summary>
internal readonly record struct MailReading(MailFile? File, MailMistake Mistake)
{
    [MemberNotNullWhen(true, nameof(File))]
    public bool IsMail => File is not null;

    /// <summary>What to do about it, for the person who brought the file.</summary>
    public string Message => Mistake switch
    {
        MailMistake.None => "",
        MailMistake.NoMail => "The file does not begin with the header of a mail. Save the mail as .eml (\"Save as\", \"Download message\") and give that file.",
        MailMistake.TooLarge => $"The mail is larger than {MailLimits.Size / (1024 * 1024)} MiB. Take the public key out of it and give that file with --key.",
        MailMistake.TooManyFields or MailMistake.FieldTooLong =>
            "The header of the mail is longer than any mail program makes it. Take text and key out of it and give them in a plain text file.",
        MailMistake.TooManyParts or MailMistake.TooDeep =>
            $"The mail has more than {MailLimits.Parts} parts, or parts in parts more than {MailLimits.Depth} deep. Take text and key out of it and give them in a plain text file.",
        _ => throw new ArgumentOutOfRangeException(nameof(Mistake)),
    };
}

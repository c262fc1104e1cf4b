namespace Waybill.Core.Onboarding.Mail;

/// <summary>Why a file is not read as a mail.</summary>
internal enum MailMistake
{
    /// <summary>It is read.</summary>
    None,

    /// <summary>It does not begin with a mail's header.</summary>
    NoMail,

    /// <summary>More than <see cref="MailLimits.Size"/>.</summary>
    TooLarge,

    /// <summary>More than <see cref="MailLimits.Fields"/>.</summary>
    TooManyFields,

    /// <summary>More than <see cref="MailLimits.Field"/>.</summary>
    FieldTooLong,

    /// <summary>More than <see cref="MailLimits.Parts"/>.</summary>
    TooManyParts,

    /// <summary>More than <see cref="MailLimits.Depth"/>.</summary>
    TooDeep,
}

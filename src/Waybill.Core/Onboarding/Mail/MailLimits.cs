namespace Waybill.Core.Onboarding.Mail;

/// <summary>Bounds of reading a mail that a customer wrote.</summary>
public static class MailLimits
{
    /// <summary>Bytes of a mail's file.</summary>
    public const int Size = 16 * 1024 * 1024;

    /// <summary>Parts of a mail, those that hold others included.</summary>
    public const int Parts = 200;

    /// <summary>How deep parts lie in parts and mails in mails.</summary>
    public const int Depth = 10;

    /// <summary>Header fields of a mail or of one of its parts.</summary>
    public const int Fields = 500;

    /// <summary>Bytes of one header field with its continuation lines.</summary>
    public const int Field = 64 * 1024;

    /// <summary>Parameters of a header field, the pieces of a divided one counted each.</summary>
    public const int Parameters = 64;

    /// <summary>Bytes of a boundary between parts (RFC 2046 has 70).</summary>
    public const int Boundary = 200;

    /// <summary>Bytes of one part that are decoded; what comes after them is not looked at.</summary>
    public const int Decoded = 512 * 1024;
}

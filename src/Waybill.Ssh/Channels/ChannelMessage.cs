namespace Waybill.Ssh.Channels;

/// <summary>Message numbers and reason codes of RFC 4254 sections 5 and 9.</summary>
internal static class ChannelMessage
{
    public const byte Open = 90;
    public const byte OpenConfirmation = 91;
    public const byte OpenFailure = 92;
    public const byte WindowAdjust = 93;
    public const byte Data = 94;
    public const byte ExtendedData = 95;
    public const byte Eof = 96;
    public const byte Close = 97;
    public const byte Request = 98;
    public const byte Success = 99;
    public const byte Failure = 100;

    public const uint AdministrativelyProhibited = 1;
    public const uint UnknownChannelType = 3;
    public const uint ResourceShortage = 4;
}

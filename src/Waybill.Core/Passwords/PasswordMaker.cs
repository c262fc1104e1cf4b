using System.Security.Cryptography;

namespace Waybill.Core.Passwords;

/// <summary>Makes passwords of A-Z a-z 0-9 _ . - alone: one known NTSAPI client strips everything else.</summary>
internal static class PasswordMaker
{
    private const string Inner = Outer + "_.-";
    private const string Outer = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A new one. It begins and ends with a letter or digit: a dash in front is an option to some programs, and a dot at the end is lost when it is copied.</summary>
    public static string Make() =>
        RandomNumberGenerator.GetString(Outer, 1) + RandomNumberGenerator.GetString(Inner, PasswordLimits.Generated - 2) + RandomNumberGenerator.GetString(Outer, 1);
}

using System.Net;
using System.Net.Sockets;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.People;

namespace Waybill.Core.Onboarding;

/// <summary>Counts tries at the public form and mails that invite, in the database, so that neither a restart nor a second node forgets them.</summary>
internal static class FormThrottle
{
    private const int PrefixBytes = 8;

    /// <summary>Counts a try of a source; says why it is one too many.</summary>
    public static Problem? Count(DatabaseConnection connection, IPAddress address, DateTimeOffset now)
    {
        var from = ("@from", (object?)(now - OnboardingLimits.SourceWindow).ToColumn());
        var source = "source " + Source(address);
        if (connection.Number("SELECT count(*) FROM access_attempt WHERE who = @who AND at > @from", ("@who", source), from) >= OnboardingLimits.TriesPerSource
            || connection.Number("SELECT count(*) FROM access_attempt WHERE at > @from AND who LIKE 'source %'", from) >= OnboardingLimits.TriesInAll)
        {
            return Problem.LimitReached("There were too many tries. Please try again in an hour, or write to us.");
        }

        Add(connection, source, now);
        return null;
    }

    /// <summary>Counts a mail to an address for a source; false is one too many.</summary>
    public static bool CountMail(DatabaseConnection connection, string email, string network, DateTimeOffset now)
    {
        var who = "mail " + RequestSql.EmailKey(email);
        var from = ("@from", (object?)(now - OnboardingLimits.EmailWindow).ToColumn());
        if (connection.Number("SELECT count(*) FROM access_attempt WHERE who = @who AND at > @from", ("@who", $"{who} for {network}"), from) >= OnboardingLimits.TriesPerEmail
            || connection.Number("SELECT count(*) FROM access_attempt WHERE who = @who AND at > @from", ("@who", who), from) >= OnboardingLimits.TriesPerEmailInAll)
        {
            return false;
        }

        Add(connection, who, now);
        Add(connection, $"{who} for {network}", now);
        return true;
    }

    /// <summary>Counts a mail that invites somebody to an account; false is one too many.</summary>
    public static bool CountInvitation(DatabaseConnection connection, string account, DateTimeOffset now)
    {
        var who = "invited to " + AccountNumber.Fold(account);
        if (connection.Number(
            "SELECT count(*) FROM access_attempt WHERE who = @who AND at > @from", ("@who", who), ("@from", (now - PeopleLimits.InvitationWindow).ToColumn())) >= PeopleLimits.Invitations)
        {
            return false;
        }

        Add(connection, who, now);
        return true;
    }

    /// <summary>An IPv4 address, or the /64 of an IPv6 one, which is what one customer of a provider has.</summary>
    internal static string Source(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily == AddressFamily.InterNetwork)
        {
            return plain.ToString();
        }

        var bytes = plain.GetAddressBytes();
        bytes.AsSpan(PrefixBytes).Clear();
        return new IPAddress(bytes) + "/64";
    }

    private static void Add(DatabaseConnection connection, string who, DateTimeOffset now) =>
        connection.Execute("INSERT INTO access_attempt (who, at) VALUES (@who, @now)", ("@who", who), ("@now", now.ToColumn()));
}

using Waybill.Net.Logging;
using Waybill.Net.Rates;
using Waybill.Ntsapi.Control;
using Waybill.Ntsapi.Hosting;
using Waybill.Ntsapi.Numbers;

namespace Waybill.Ntsapi.Commands;

/// <summary>All that commands know and change: one object for each connection, used by its loop alone.</summary>
internal sealed class NtsapiSession(NtsapiServer server, NtsapiConnectionInfo info, CancellationToken ended) : IAsyncDisposable
{
    private readonly CommandRate _ownRate = new(server.Limits.CommandsPerSecond, server.Time);
    private NtsapiLogins.Place? _place;

    public NtsapiServer Server => server;

    public NtsapiConnectionInfo Info => info;

    /// <summary>Cancelled when the connection ends.</summary>
    public CancellationToken Ended => ended;

    /// <summary>The user name last tried, safe to show.</summary>
    public string? ShownUser { get; private set; }

    public int WrongPasswords { get; set; }

    public INtsapiLogin? Login { get; private set; }

    /// <summary>The numbers of the login.</summary>
    public INtsapiNumbers Numbers => Login?.Numbers ?? throw new InvalidOperationException("There are no numbers before the login.");

    /// <summary>Takes a command; false when they come too fast. Before the login a session counts for itself.</summary>
    public bool TryTake() => _place?.TryTake() ?? _ownRate.TryTake();

    /// <summary>Why the connection will end once the reply is sent.</summary>
    public NtsapiEndException? End { get; private set; }

    public void NoteUser(string user) => ShownUser = PeerText.Sanitise(user);

    /// <summary>The last reply of the connection.</summary>
    public NtsapiReply Close(NtsapiReply reply, NtsapiEndReason reason, string words)
    {
        End = new NtsapiEndException(reason, words);
        return reply with { Closes = true };
    }

    /// <summary>Begins the session of a login; null when it has begun, else the reply that says why not.</summary>
    public async ValueTask<NtsapiReply?> BeginAsync(INtsapiLogin login)
    {
        _place = server.Logins.TryEnter(login.UserName);
        if (_place is null)
        {
            await login.DisposeAsync().ConfigureAwait(false);
            var most = server.Limits.SessionsPerLogin;
            return Close(
                new NtsapiReply(ReplyDigit.Limit, $"This login has as many sessions as it may, which is {most}. Close one and connect again"), NtsapiEndReason.LoginRefused,
                $"the login has as many sessions as it may ({most})");
        }

        Login = login;
        NtsapiLog.LoggedIn(server.Logger, info.Id, ShownUser!, info.RemoteEndPoint.ToString());
        return null;
    }

    /// <summary>The session is over.</summary>
    public async ValueTask DisposeAsync()
    {
        _place?.Dispose();
        if (Login is not null)
        {
            await Login.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A target's place as it was sent: 1, 2 or 3.</summary>
    public static bool TryIndex(string word, out int index)
    {
        index = word is ['1' or '2' or '3'] ? word[0] - '0' : 0;
        return index > 0;
    }

    /// <summary>A quantity as it was sent: 1 or more.</summary>
    public static bool TryQuantity(string word, out int quantity) =>
        int.TryParse(word, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out quantity) && quantity > 0;
}

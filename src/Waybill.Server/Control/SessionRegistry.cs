using System.Collections.Concurrent;

namespace Waybill.Server.Control;

/// <summary>A logged-in connection, as <c>waybill sessions</c> shows it.</summary>
internal sealed record SessionView(
    string Id, string Protocol, string User, string? Account, string Source, string Client, string Algorithms, string Key, DateTimeOffset Since);

/// <summary>The sessions of this process, so that they can be listed and ended.</summary>
internal sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<string, LiveSession> _sessions = new(StringComparer.Ordinal);

    public IReadOnlyList<SessionView> Views => [.. _sessions.Values.Select(session => session.View).OrderBy(view => view.Since)];

    public IEnumerable<LiveSession> Sessions => _sessions.Values;

    public int Count => _sessions.Count;

    /// <summary>Whether the connection of that id is here and logged in.</summary>
    public bool IsLive(string id) => _sessions.ContainsKey(id);

    public void Add(LiveSession session) => _sessions[session.View.Id] = session;

    public void Remove(LiveSession session) => _sessions.TryRemove(session.View.Id, out _);

    /// <summary>Ends a session and returns what it was; null when there is none of that id.</summary>
    public SessionView? TryKick(string id, string reason)
    {
        if (!_sessions.TryGetValue(id, out var session))
        {
            return null;
        }

        session.Kick(reason);
        return session.View;
    }
}

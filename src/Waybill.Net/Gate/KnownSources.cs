using System.Net;

namespace Waybill.Net.Gate;

/// <summary>
/// Which sources logged in within <see cref="Memory"/>. Only a login puts one in, so that no flood of strangers pushes a customer out; the one whose last
/// login is longest ago goes first when there are too many. Asked at a refusal and told of a login, each one look into a table.
/// </summary>
public sealed class KnownSources(TimeProvider time, int capacity = KnownSources.MaximumSources)
{
    /// <summary>How long a login makes its source known.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    /// <summary>The most sources that are remembered.</summary>
    public const int MaximumSources = 65_536;

    private readonly Lock _lock = new();
    private readonly Dictionary<SourceNetwork, LinkedListNode<(SourceNetwork Source, DateTimeOffset Time)>> _sources = [];

    /// <summary>By the last login, the longest ago first.</summary>
    private readonly LinkedList<(SourceNetwork Source, DateTimeOffset Time)> _byTime = new();

    /// <summary>How many are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sources.Count;
            }
        }
    }

    /// <summary>Whether a login from there succeeded of late.</summary>
    public bool IsKnown(IPAddress address)
    {
        var source = SourceNetwork.Of(address);
        lock (_lock)
        {
            return _sources.TryGetValue(source, out var node) && time.GetUtcNow() - node.Value.Time < Memory;
        }
    }

    /// <summary>A login from there succeeded now.</summary>
    public void Note(IPAddress address)
    {
        var source = SourceNetwork.Of(address);
        lock (_lock)
        {
            if (_sources.TryGetValue(source, out var node))
            {
                _byTime.Remove(node);
                node.Value = (source, time.GetUtcNow());
                _byTime.AddLast(node);
                return;
            }

            if (_sources.Count >= capacity && _byTime.First is { } oldest)
            {
                _sources.Remove(oldest.Value.Source);
                _byTime.RemoveFirst();
            }

            _sources.Add(source, _byTime.AddLast((source, time.GetUtcNow())));
        }
    }

    /// <summary>Takes in what an earlier run of the server saw, the latest first; what is known already is newer.</summary>
    public void Recall(IEnumerable<(IPAddress Address, DateTimeOffset Time)> earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        foreach (var (address, when) in earlier)
        {
            var source = SourceNetwork.Of(address);
            lock (_lock)
            {
                if (_sources.Count >= capacity)
                {
                    return;
                }

                if (!_sources.ContainsKey(source))
                {
                    _sources.Add(source, _byTime.AddFirst((source, when)));
                }
            }
        }
    }
}

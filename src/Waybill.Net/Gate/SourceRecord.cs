namespace Waybill.Net.Gate;

/// <summary>What the gate remembers of one source; touched under the gate's lock only.</summary>
internal sealed class SourceRecord
{
    public SourceRecord(SourceNetwork source, int rate)
    {
        Source = source;
        Begun = new TimestampWindow(rate);
        Node = new LinkedListNode<SourceRecord>(this);
    }

    public SourceNetwork Source { get; }

    public LinkedListNode<SourceRecord> Node { get; }

    public TimestampWindow Begun { get; }

    public int Connections { get; set; }

    public int Unauthenticated { get; set; }

    public long? LastSuccess { get; set; }

    public long? PenaltyUntil { get; set; }

    public bool Penalised { get; set; }
}

/// <summary>When connections without a login began, at most as many as the rate allows.</summary>
internal sealed class TimestampWindow(int capacity)
{
    private readonly List<long> _timestamps = new(Math.Min(capacity, 4));

    public int Count => _timestamps.Count;

    public void Enqueue(long timestamp)
    {
        if (_timestamps.Count == capacity && capacity > 0)
        {
            _timestamps.RemoveAt(0);
        }

        _timestamps.Add(timestamp);
    }

    public void Remove(long timestamp) => _timestamps.Remove(timestamp);

    public void DropOlderThan(long timestamp)
    {
        var keep = 0;
        while (keep < _timestamps.Count && _timestamps[keep] < timestamp)
        {
            keep++;
        }

        _timestamps.RemoveRange(0, keep);
    }
}

using System.Diagnostics;

namespace Waybill.Interop.Tests.Crashes;

/// <summary>
/// What uploading clients saw: every attempt, whether its CLOSE was sent, and whether it was acknowledged. After a crash it says what may be there.
/// </summary>
internal sealed class UploadLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Attempt>> _attempts = new(StringComparer.Ordinal);
    private long _lastAcknowledgement;

    /// <summary>Every attempt by name, in order. For when nobody uploads.</summary>
    public IReadOnlyDictionary<string, List<Attempt>> Attempts => _attempts;

    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _attempts.Values.Count(attempts => attempts[^1].State is AttemptState.Begun or AttemptState.CloseSent);
            }
        }
    }

    /// <summary>Over all crashes.</summary>
    public int CutOverwrites { get; private set; }

    /// <summary>Temporaries that the last crash has left.</summary>
    public int Leftovers { get; set; }

    public int Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return _attempts.Values.Sum(attempts => attempts.Count(attempt => attempt.State == AttemptState.Acknowledged));
            }
        }
    }

    public TimeSpan SinceAcknowledgement
    {
        get
        {
            lock (_lock)
            {
                return _lastAcknowledgement == 0 ? TimeSpan.MaxValue : Stopwatch.GetElapsedTime(_lastAcknowledgement);
            }
        }
    }

    /// <summary>What must be there.</summary>
    public IReadOnlyList<string> AcknowledgedNames
    {
        get
        {
            lock (_lock)
            {
                return [.. _attempts.Where(pair => pair.Value.Exists(attempt => attempt.State == AttemptState.Acknowledged)).Select(pair => pair.Key)];
            }
        }
    }

    /// <summary>Whether no upload to that name had that size: name and size then say which upload is meant.</summary>
    public bool IsNewSize(string name, long size)
    {
        lock (_lock)
        {
            return !_attempts.TryGetValue(name, out var attempts) || attempts.TrueForAll(attempt => attempt.Size != size);
        }
    }

    public Attempt Begin(string name, string hash, long size)
    {
        lock (_lock)
        {
            if (!_attempts.TryGetValue(name, out var attempts))
            {
                _attempts.Add(name, attempts = []);
            }

            var attempt = new Attempt(hash, size);
            attempts.Add(attempt);
            return attempt;
        }
    }

    public void CloseSent(Attempt attempt)
    {
        lock (_lock)
        {
            attempt.State = AttemptState.CloseSent;
        }
    }

    public void Acknowledge(Attempt attempt)
    {
        lock (_lock)
        {
            attempt.State = AttemptState.Acknowledged;
            _lastAcknowledgement = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The server died: what was in flight is neither there for sure nor acknowledged.</summary>
    /// <returns>How many overwrites of a file that had been acknowledged were cut off before their CLOSE was sent: the old version must be there.</returns>
    public int Crash()
    {
        lock (_lock)
        {
            var cut = _attempts.Values.Count(attempts =>
                attempts[^1].State == AttemptState.Begun && attempts.Exists(attempt => attempt.State == AttemptState.Acknowledged));
            foreach (var attempts in _attempts.Values)
            {
                attempts[^1].State = attempts[^1].State switch
                {
                    AttemptState.Begun => AttemptState.Lost,
                    AttemptState.CloseSent => AttemptState.Unknown,
                    var ended => ended,
                };
            }

            CutOverwrites += cut;
            return cut;
        }
    }

    /// <summary>
    /// Compares a folder with what the clients saw, and returns each violation: an acknowledged file that is not there or not equal, a half or foreign file under a
    /// visible name.
    /// </summary>
    /// <param name="hashes">The names that are visible, with the hash of what they hold.</param>
    public IReadOnlyList<string> Check(IReadOnlyDictionary<string, string> hashes)
    {
        lock (_lock)
        {
            var violations = hashes.Keys.Where(name => !_attempts.ContainsKey(name)).Select(name => $"{name} is visible, but nobody uploaded it").ToList();
            foreach (var (name, attempts) in _attempts)
            {
                var there = hashes.GetValueOrDefault(name);
                var acknowledged = attempts.FindLastIndex(attempt => attempt.State == AttemptState.Acknowledged);
                var possible = attempts.Skip(Math.Max(0, acknowledged)).Where(attempt => attempt.State is AttemptState.Acknowledged or AttemptState.Unknown).ToList();
                if (there is null && acknowledged >= 0)
                {
                    violations.Add($"{name} was acknowledged and is not there");
                }
                else if (there is not null && possible.All(attempt => attempt.Hash != there))
                {
                    violations.Add($"{name} holds something that was never acknowledged nor closed");
                }
            }

            return violations;
        }
    }

    internal enum AttemptState
    {
        Begun,
        CloseSent,
        Acknowledged,
        Lost,
        Unknown,
    }

    internal sealed class Attempt(string hash, long size)
    {
        public string Hash { get; } = hash;

        public long Size { get; } = size;

        public AttemptState State { get; set; }
    }
}

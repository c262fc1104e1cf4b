using System.Numerics;

namespace Waybill.TestKit;

/// <summary>
/// SplitMix64: numbers that a seed reproduces on every machine and runtime. Its text names the seed, so put it into an assertion's message.
/// Never for secrets.
/// </summary>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>What reproduces this run.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>Takes the seed from WAYBILL_TEST_SEED, or else from the clock.</summary>
    public static SeededRandom FromEnvironment() =>
        new(ulong.TryParse(Environment.GetEnvironmentVariable("WAYBILL_TEST_SEED"), out var seed) ? seed : (ulong)Environment.TickCount64);

    /// <summary>64 bits.</summary>
    public ulong NextUInt64()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>32 bits.</summary>
    public uint NextUInt32() => (uint)(NextUInt64() >> 32);

    /// <summary>0 to <paramref name="bound"/> - 1.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)(((NextUInt64() >> 32) * (ulong)bound) >> 32);
    }

    /// <summary><paramref name="low"/> to <paramref name="high"/> - 1.</summary>
    public int Next(int low, int high) => low + Next(high - low);

    /// <summary>True once in <paramref name="times"/> on average.</summary>
    public bool OneIn(int times) => Next(times) == 0;

    /// <summary>One of them.</summary>
    public T Pick<T>(IReadOnlyList<T> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        return choices[Next(choices.Count)];
    }

    /// <summary>Fills with noise.</summary>
    public void Fill(Span<byte> target)
    {
        for (var i = 0; i < target.Length; i += 8)
        {
            var word = NextUInt64();
            for (var k = 0; k < 8 && i + k < target.Length; k++)
            {
                target[i + k] = (byte)BitOperations.RotateRight(word, 8 * k);
            }
        }
    }

    /// <summary>Noise of a length.</summary>
    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public override string ToString() => $"seed {Seed} (set WAYBILL_TEST_SEED={Seed} to repeat)";
}

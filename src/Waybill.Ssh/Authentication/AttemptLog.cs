using System.Security.Cryptography;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Transport;
using Waybill.SshKeys.Keys;

namespace Waybill.Ssh.Authentication;

/// <summary>What a client tried before it logged in or left, for the report: bounded, each thing once, safe to show.</summary>
internal sealed class AttemptLog(SshLimits limits)
{
    /// <summary>Characters of an unknown algorithm's name that are kept; RFC 4251 section 6 allows no more.</summary>
    private const int LongestName = 64;

    private readonly List<string> _methods = [];
    private readonly List<string> _keys = [];
    private readonly List<SshKeyAttempt> _attempts = [];

    /// <summary>The methods tried but <c>none</c>, in order.</summary>
    public IReadOnlyList<string> Methods => _methods;

    /// <summary>The keys offered that are ones, as <c>ssh-rsa 3072 SHA256:...</c>, in order.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>Every user, key and algorithm with what became of it last.</summary>
    public IReadOnlyList<SshKeyAttempt> Attempts => _attempts;

    /// <summary>Bounded by <see cref="SshLimits.OtherAttempts"/>: each name that is new has been counted, or is about to be.</summary>
    public void Method(string method)
    {
        if (!_methods.Contains(method) && _methods.Count <= limits.OtherAttempts)
        {
            _methods.Add(method);
        }
    }

    /// <summary>A key that could be read.</summary>
    public void Key(string user, SshPublicKey key, string algorithm, SshKeyOutcome outcome)
    {
        var name = $"{key.KeyType} {key.Bits}";
        var sha256 = Fingerprint(key.Blob.Span);
        var line = $"{name} {sha256}";
        if (_keys.Count < limits.PublicKeyQueries && !_keys.Contains(line))
        {
            _keys.Add(line);
        }

        Note(new SshKeyAttempt(user, algorithm, name, sha256, outcome, key));
    }

    /// <summary>One whose algorithm or form is not accepted: only its bytes are hashed, no parser has run on them.</summary>
    public void Unread(string user, ReadOnlySpan<byte> algorithm, ReadOnlySpan<byte> blob, SshKeyOutcome outcome)
    {
        var name = PeerBytes.Show(algorithm, LongestName);
        Note(new SshKeyAttempt(user, name, name, Fingerprint(blob), outcome, Parsed: null));
    }

    private void Note(SshKeyAttempt attempt)
    {
        var known = _attempts.FindIndex(each => each.User == attempt.User && each.Algorithm == attempt.Algorithm && each.Sha256 == attempt.Sha256);
        if (known >= 0)
        {
            _attempts[known] = attempt;
        }
        else if (_attempts.Count < limits.PublicKeyQueries + limits.Signatures)
        {
            _attempts.Add(attempt);
        }
    }

    private static string Fingerprint(ReadOnlySpan<byte> blob) => "SHA256:" + Convert.ToBase64String(SHA256.HashData(blob)).TrimEnd('=');
}

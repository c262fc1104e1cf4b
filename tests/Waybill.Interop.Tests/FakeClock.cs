using System.Globalization;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>The wall clock of programs that are started by <see cref="Launcher"/>, ahead of the true one by what was set last. Files and timers keep the true time.</summary>
public sealed class FakeClock
{
    private readonly string _file;

    public FakeClock(TemporaryDirectory directory)
    {
        _file = directory.Combine("clock");
        Set(TimeSpan.Zero);
        var library = Directory.GetDirectories("/usr/lib", "*-linux-gnu*").Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).First(File.Exists);

        // Read anew at each look at the clock.
        Launcher = ["env", "LD_PRELOAD=" + library, "FAKETIME_TIMESTAMP_FILE=" + _file, "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1"];
    }

    /// <summary>Words of a command that other programs are started by.</summary>
    public IReadOnlyList<string> Launcher { get; }

    /// <summary>Sets the clocks, at once.</summary>
    public void Set(TimeSpan ahead)
    {
        var next = _file + ".next";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{ahead.TotalSeconds:+0;-0;+0}\n"));
        File.Move(next, _file, overwrite: true);
    }
}

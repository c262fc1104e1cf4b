using System.Text;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Tests.Local;

/// <summary>Runs alone: it waits for the number of a closed descriptor to be given out again.</summary>
[Collection(nameof(RunsAlone))]
public sealed class ClosedDescriptorTests
{
    [Fact]
    public async Task A_closed_descriptor_never_becomes_the_file_that_got_its_number()
    {
        await using var folder = new VaultFolder();
        File.WriteAllText(folder.OnDisk("mine"), "mine");
        File.WriteAllText(folder.OnDisk("theirs"), "theirs");
        var others = new List<FileDescriptor>();
        FileDescriptor closed;
        int number;
        var attempts = 0;
        do
        {
            Assert.True(attempts++ < 100, "the runtime itself takes each number first");
            closed = Open(folder.OnDisk("mine"));
            number = (int)closed.DangerousGetHandle();
            closed.Dispose();

            // The lowest free number is given out first, so that a few openings reach it.
            do
            {
                others.Add(Open(folder.OnDisk("theirs")));
            }
            while ((int)others[^1].DangerousGetHandle() < number);
        }
        while ((int)others[^1].DangerousGetHandle() != number);

        Assert.Throws<ObjectDisposedException>(() => Kernel.Reopen(closed, OpenFlags.ReadFile, out _));
        Assert.Throws<ObjectDisposedException>(() => Kernel.ChangeModeOfPinned(closed, 0));
        Assert.Throws<ObjectDisposedException>(() => Kernel.SetTimesOfPinned(closed, 1, 1));
        Assert.Throws<ObjectDisposedException>(() => Kernel.WhereIs(closed, new byte[100], out _));
        Assert.NotEqual(UnixFileMode.None, File.GetUnixFileMode(folder.OnDisk("theirs")));
        others.ForEach(other => other.Dispose());
    }

    private static FileDescriptor Open(string path)
    {
        Assert.Equal(0, Kernel.OpenConfigured(Encoding.UTF8.GetBytes(path), OpenFlags.AnyPath, out var file));
        return file;
    }
}

namespace Waybill.Core;

/// <summary>Makes directories that nobody else can enter.</summary>
internal static class PrivateDirectory
{
    /// <summary>Makes it and those above it, where they are missing.</summary>
    public static void Ensure(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}

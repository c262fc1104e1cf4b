namespace Waybill.TestKit;

/// <summary>Where the checkout lies: the folder that holds Waybill.slnx, found by walking up from the test's own assembly.</summary>
public static class RepositoryRoot
{
    /// <summary>Its full path.</summary>
    public static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Waybill.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Waybill.slnx.");
    }
}

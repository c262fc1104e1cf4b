using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Waybill.Core.Database;

/// <summary>Binds SQLite to the distribution's library, so that its security updates reach us; none is shipped.</summary>
internal static class SqliteLibrary
{
    /// <summary>The first version with STRICT tables.</summary>
    public static readonly Version OldestUsable = new(3, 37, 0);

    private const string SystemName = "libsqlite3.so.0";

    private static readonly Lazy<Version> Loaded = new(Load);

    /// <summary>The version of the library in use. Throws <see cref="DatabaseException"/> when there is none.</summary>
    public static Version Version => Loaded.Value;

    /// <summary>What stands against a version; null when nothing does.</summary>
    public static Problem? Check(Version version) => version >= OldestUsable
        ? null
        : Problem.Unusable($"SQLite {version} is too old: Waybill needs {OldestUsable} or newer. Update the package libsqlite3-0.");

    private static Version Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        try
        {
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            return Version.Parse(raw.sqlite3_libversion().utf8_to_string());
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException)
        {
            throw new DatabaseException(Problem.Unusable($"{SystemName} was not found. Install the package libsqlite3-0."), e);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "e_sqlite3" ? NativeLibrary.Load(SystemName) : 0;
}

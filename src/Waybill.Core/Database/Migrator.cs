using System.Globalization;
using System.Text.Json;

namespace Waybill.Core.Database;

/// <summary>Brings a database to the newest schema, one transaction for each step; PRAGMA user_version holds the number of the last one.</summary>
internal static class Migrator
{
    public static Problem? Migrate(DatabaseConnection connection, string path, IReadOnlyList<Migration> migrations)
    {
        var newest = migrations.Count;
        var found = Version(connection);
        if (found > newest)
        {
            return Problem.Unusable(
                $"The database has schema {found}, this program knows schemas up to {newest}: a newer Waybill has used it. Run that version, or restore the backup made before the update.");
        }

        if (found == newest)
        {
            return null;
        }

        if (found > 0)
        {
            Backup(connection, path, found);
        }

        // What a step needs of the program to fill in what rows of before lack.
        connection.Sqlite.CreateFunction<string, string>("search_words", static text => JsonSerializer.Serialize(SearchWords.Of(text)), isDeterministic: true);
        foreach (var migration in migrations)
        {
            connection.Run("BEGIN IMMEDIATE");
            try
            {
                // Another process may have done this step while we waited.
                if (Version(connection) < migration.Number)
                {
                    connection.Run(migration.Sql);
                    connection.Run($"PRAGMA user_version={migration.Number.ToString(CultureInfo.InvariantCulture)}");
                }

                connection.Run("COMMIT");
            }
            catch
            {
                connection.Run("ROLLBACK");
                throw;
            }
        }

        return null;
    }

    public static int Version(DatabaseConnection connection) => (int)connection.Number("PRAGMA user_version");

    private static void Backup(DatabaseConnection connection, string path, int version)
    {
        var target = $"{path}.schema-{version.ToString(CultureInfo.InvariantCulture)}.backup";
        if (File.Exists(target))
        {
            return;
        }

        // Under another name until it is whole, so that a half copy is never taken for a backup.
        var unfinished = target + ".part";
        File.Delete(unfinished);
        PrivateFile.Create(unfinished);
        using (var copy = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={unfinished};Pooling=False"))
        {
            copy.Open();
            connection.Sqlite.BackupDatabase(copy);
        }

        File.Move(unfinished, target);
    }
}

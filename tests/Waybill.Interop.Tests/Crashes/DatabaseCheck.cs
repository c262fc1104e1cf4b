namespace Waybill.Interop.Tests.Crashes;

/// <summary>
/// Compares what the database says with the disk and with what the clients saw. No two uploads to one name have the same size, so that name and size say which
/// upload a row means.
/// </summary>
internal static class DatabaseCheck
{
    /// <summary>
    /// Right after a crash. The rename comes before the rows, so an upload whose CLOSE was sent and never answered may be in place without them; nothing else may differ.
    /// </summary>
    public static IReadOnlyList<string> AfterCrash(UploadLog log, DatabaseState state, string folder, IReadOnlyDictionary<string, string> hashes)
    {
        var violations = Unknown(log, state, folder);
        foreach (var (name, attempts) in log.Attempts)
        {
            var path = $"{folder}/{name}";
            var rows = state.Files.Where(row => row.Path == path).ToList();
            var disk = hashes.TryGetValue(name, out var hash) ? attempts.FindLastIndex(attempt => attempt.Hash == hash) : -1;
            var acknowledged = attempts.FindLastIndex(attempt => attempt.State == UploadLog.AttemptState.Acknowledged);
            var audited = state.Uploads.Where(upload => upload.Path == path).Select(upload => attempts.FindIndex(attempt => attempt.Size == upload.Size)).ToList();
            violations.AddRange(rows.Count switch
            {
                0 when acknowledged >= 0 => [$"{name} was acknowledged and is not in the catalogue"],
                0 => [],
                1 => RowAgainstDisk(name, rows[0], attempts, disk, acknowledged, audited),
                _ => [$"{name} is in the catalogue {rows.Count} times"],
            });
            violations.AddRange(Audit(name, attempts, disk, audited));
        }

        return violations;
    }

    /// <summary>With the server up and nobody uploading: the catalogue has exactly the files that are there.</summary>
    public static IReadOnlyList<string> AfterScan(UploadLog log, DatabaseState state, string folder, IReadOnlyDictionary<string, string> hashes, bool hashed)
    {
        var violations = Unknown(log, state, folder);
        foreach (var (name, attempts) in log.Attempts)
        {
            var rows = state.Files.Where(row => row.Path == $"{folder}/{name}").ToList();
            if (!hashes.TryGetValue(name, out var hash))
            {
                violations.AddRange(rows.Select(row => $"the catalogue has {name}, the disk has not"));
                continue;
            }

            var size = attempts.Find(attempt => attempt.Hash == hash)?.Size;
            violations.AddRange(rows switch
            {
                [] => [$"the disk has {name}, the catalogue has not"],
                [var row] when row.Size != size => [$"{name} has {size} bytes, the catalogue says {row.Size}"],
                [{ Hash: null }] => hashed ? [$"{name} has no hash"] : [],
                [var row] when row.Hash != hash => [$"{name} has another hash than the catalogue says"],
                [_] => [],
                _ => [$"{name} is in the catalogue {rows.Count} times"],
            });
        }

        return violations;
    }

    private static List<string> Unknown(UploadLog log, DatabaseState state, string folder) =>
    [
        .. state.Files.Where(row => !IsKnown(log, folder, row.Path)).Select(row => $"the catalogue has {row.Path}, which nobody uploaded"),
        .. state.Uploads.Where(upload => !IsKnown(log, folder, upload.Path)).Select(upload => $"the audit log has an upload of {upload.Path}, which nobody uploaded"),
    ];

    private static bool IsKnown(UploadLog log, string folder, string path) => path.StartsWith(folder + "/", StringComparison.Ordinal) && log.Attempts.ContainsKey(path[(folder.Length + 1)..]);

    private static IEnumerable<string> RowAgainstDisk(string name, CatalogueRow row, List<UploadLog.Attempt> attempts, int disk, int acknowledged, List<int> audited)
    {
        var meant = attempts.FindIndex(attempt => attempt.Size == row.Size);
        if (meant < 0)
        {
            yield return $"the catalogue says that {name} has {row.Size} bytes, as no upload had";
            yield break;
        }

        if (disk < 0)
        {
            yield return $"the catalogue has {name}, the disk has not";
        }
        else if (meant > disk)
        {
            yield return $"the catalogue has a later version of {name} than the disk";
        }

        if (meant < acknowledged)
        {
            yield return $"the catalogue has an older version of {name} than the acknowledged one";
        }

        if (row.Hash is { } hash && hash != attempts[meant].Hash)
        {
            yield return $"the catalogue has another hash of {name} than its content has";
        }

        if (!row.Found && (audited.Count == 0 || audited[^1] != meant))
        {
            yield return $"catalogue and audit log do not mean the same version of {name}";
        }
    }

    private static IEnumerable<string> Audit(string name, List<UploadLog.Attempt> attempts, int disk, List<int> audited)
    {
        for (var i = 0; i < audited.Count; i++)
        {
            if (audited[i] < 0 || attempts[audited[i]].State is not (UploadLog.AttemptState.Acknowledged or UploadLog.AttemptState.Unknown))
            {
                yield return $"the audit log has an upload of {name} that was never closed";
            }
            else if (audited[i] > disk)
            {
                yield return $"the audit log has an upload of {name} that is not on the disk, nor anything later";
            }
            else if (i > 0 && audited[i] <= audited[i - 1])
            {
                yield return $"the audit log has uploads of {name} twice or out of order";
            }
        }

        foreach (var missing in Enumerable.Range(0, attempts.Count).Where(i => attempts[i].State == UploadLog.AttemptState.Acknowledged).Except(audited))
        {
            yield return $"{name} of {attempts[missing].Size} bytes was acknowledged and has no row in the audit log";
        }
    }
}

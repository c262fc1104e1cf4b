namespace Waybill.Interop.Tests.Crashes;

/// <summary>Whatever the check of catalogue and audit log claims to find it does find: each sentence of it is brought about once, by one wrong row.</summary>
public sealed class DatabaseCheckTests
{
    private const string Folder = "/upload";

    private readonly UploadLog _log = new();
    private readonly Dictionary<string, string> _hashes = new() { ["old.csv"] = "O2", ["new.csv"] = "N1" };
    private List<CatalogueRow> _files = [new("/upload/old.csv", 20, "O2", Found: false), new("/upload/new.csv", 5, null, Found: false)];
    private List<AuditedUpload> _uploads = [new("/upload/old.csv", 10), new("/upload/new.csv", 5), new("/upload/old.csv", 20)];

    public DatabaseCheckTests()
    {
        Upload("old.csv", "O1", 10, UploadLog.AttemptState.Acknowledged);
        Upload("old.csv", "O2", 20, UploadLog.AttemptState.Acknowledged);
        Upload("old.csv", "O3", 30, UploadLog.AttemptState.Begun);
        Upload("new.csv", "N1", 5, UploadLog.AttemptState.Acknowledged);
        Upload("cut.csv", "C1", 7, UploadLog.AttemptState.CloseSent);
        _log.Crash();
    }

    [Fact]
    public void A_database_that_agrees_has_no_violation()
    {
        Assert.Empty(AfterCrash());
        Assert.Empty(AfterScan(hashed: false));
    }

    [Fact]
    public void An_upload_that_was_cut_off_after_its_CLOSE_may_be_on_the_disk_without_its_rows_until_the_scan()
    {
        _hashes["cut.csv"] = "C1";
        Assert.Empty(AfterCrash());
        Assert.Equal(["the disk has cut.csv, the catalogue has not"], AfterScan(hashed: false));
    }

    [Fact]
    public void An_upload_that_was_cut_off_after_its_rows_may_have_them()
    {
        _hashes["cut.csv"] = "C1";
        _files.Add(new("/upload/cut.csv", 7, null, Found: false));
        _uploads.Add(new("/upload/cut.csv", 7));
        Assert.Empty(AfterCrash());
        Assert.Empty(AfterScan(hashed: false));
    }

    [Fact]
    public void An_overwrite_that_was_cut_off_after_its_CLOSE_may_have_the_row_of_the_old_version_until_the_scan()
    {
        Upload("new.csv", "N2", 6, UploadLog.AttemptState.CloseSent);
        _log.Crash();
        _hashes["new.csv"] = "N2";
        Assert.Empty(AfterCrash());
        Assert.Equal(["new.csv has 6 bytes, the catalogue says 5"], AfterScan(hashed: false));
    }

    [Fact]
    public void A_file_without_its_row_is_found()
    {
        _files.RemoveAt(1);
        Assert.Equal(["new.csv was acknowledged and is not in the catalogue"], AfterCrash());
        Assert.Equal(["the disk has new.csv, the catalogue has not"], AfterScan(hashed: false));
    }

    [Fact]
    public void A_row_without_its_file_is_found()
    {
        _files.Add(new("/upload/cut.csv", 7, null, Found: true));
        Assert.Equal(["the catalogue has cut.csv, the disk has not"], AfterCrash());
        Assert.Equal(["the catalogue has cut.csv, the disk has not"], AfterScan(hashed: false));
    }

    [Fact]
    public void Two_rows_of_one_file_are_found()
    {
        _files.Add(_files[1]);
        Assert.Equal(["new.csv is in the catalogue 2 times"], AfterCrash());
        Assert.Equal(["new.csv is in the catalogue 2 times"], AfterScan(hashed: false));
    }

    [Fact]
    public void A_wrong_size_is_found()
    {
        _files[1] = _files[1] with { Size = 6 };
        Assert.Equal(["the catalogue says that new.csv has 6 bytes, as no upload had"], AfterCrash());
        Assert.Equal(["new.csv has 5 bytes, the catalogue says 6"], AfterScan(hashed: false));
    }

    [Fact]
    public void A_row_of_an_older_version_than_the_acknowledged_one_is_found()
    {
        _files[0] = new("/upload/old.csv", 10, null, Found: true);
        Assert.Equal(["the catalogue has an older version of old.csv than the acknowledged one"], AfterCrash());
    }

    [Fact]
    public void A_row_of_a_version_that_is_not_on_the_disk_is_found()
    {
        _files[0] = new("/upload/old.csv", 30, null, Found: true);
        Assert.Equal(["the catalogue has a later version of old.csv than the disk"], AfterCrash());
    }

    [Fact]
    public void A_wrong_hash_is_found_and_a_missing_one_where_there_must_be_all()
    {
        _files[0] = _files[0] with { Hash = "O1" };
        Assert.Equal(["the catalogue has another hash of old.csv than its content has"], AfterCrash());
        Assert.Equal(["old.csv has another hash than the catalogue says"], AfterScan(hashed: false));
        _files[0] = _files[0] with { Hash = "O2" };
        Assert.Equal(["new.csv has no hash"], AfterScan(hashed: true));
    }

    [Fact]
    public void Rows_of_catalogue_and_audit_log_that_mean_different_versions_are_found()
    {
        _files[0] = _files[0] with { Size = 10, Hash = null };
        Assert.Contains("catalogue and audit log do not mean the same version of old.csv", AfterCrash());
        (_files, _uploads) = ([_files[0] with { Size = 20 }, _files[1]], [.. _uploads.Where(upload => upload.Path != "/upload/old.csv")]);
        Assert.Contains("catalogue and audit log do not mean the same version of old.csv", AfterCrash());
    }

    [Fact]
    public void An_acknowledged_upload_without_a_row_in_the_audit_log_is_found_also_when_it_was_overwritten()
    {
        _uploads.RemoveAt(0);
        Assert.Equal(["old.csv of 10 bytes was acknowledged and has no row in the audit log"], AfterCrash());
    }

    [Fact]
    public void A_row_in_the_audit_log_of_an_upload_that_was_never_closed_is_found()
    {
        _uploads.Insert(0, new("/upload/old.csv", 30));
        Assert.Contains("the audit log has an upload of old.csv that was never closed", AfterCrash());
        _uploads[0] = new("/upload/old.csv", 31);
        Assert.Equal(["the audit log has an upload of old.csv that was never closed"], AfterCrash());
    }

    [Fact]
    public void A_row_in_the_audit_log_of_an_upload_whose_content_never_came_to_the_disk_is_found()
    {
        _uploads.Add(new("/upload/cut.csv", 7));
        Assert.Equal(["the audit log has an upload of cut.csv that is not on the disk, nor anything later"], AfterCrash());
    }

    [Fact]
    public void Rows_in_the_audit_log_that_are_twice_there_or_out_of_order_are_found()
    {
        _uploads.Add(new("/upload/new.csv", 5));
        Assert.Equal(["the audit log has uploads of new.csv twice or out of order"], AfterCrash());
        _uploads = [_uploads[2], _uploads[1], _uploads[0]];
        Assert.Contains("the audit log has uploads of old.csv twice or out of order", AfterCrash());
    }

    [Fact]
    public void Rows_of_names_that_nobody_uploaded_are_found()
    {
        _files.Add(new("/upload/stranger.csv", 1, null, Found: true));
        _uploads.Add(new("/other/new.csv", 5));
        Assert.Equal(["the catalogue has /upload/stranger.csv, which nobody uploaded", "the audit log has an upload of /other/new.csv, which nobody uploaded"], AfterCrash());
        Assert.Equal(AfterCrash(), AfterScan(hashed: false));
    }

    private void Upload(string name, string hash, long size, UploadLog.AttemptState state) => _log.Begin(name, hash, size).State = state;

    private IReadOnlyList<string> AfterCrash() => DatabaseCheck.AfterCrash(_log, new DatabaseState(_files, _uploads), Folder, _hashes);

    private IReadOnlyList<string> AfterScan(bool hashed) => DatabaseCheck.AfterScan(_log, new DatabaseState(_files, _uploads), Folder, _hashes, hashed);
}

namespace Waybill.Storage.Local;

/// <summary>
/// Where an upload comes to lie. Its directory is held open and not looked up again, so that it lies there whatever the directory is called by then: another session
/// may have renamed it, or one above it, while the upload ran. It is recorded where it is found.
/// </summary>
internal sealed partial class Upload
{
    /// <summary>
    /// Asked when the name is in place, under the lock under which other sessions of the account rename: who renames the directory later is recorded behind it. Publishers and
    /// collectors have a lock of their own; what one of them delivers in the microseconds of a customer's rename may be recorded under the old path, until the next scan.
    /// </summary>
    private void NotePlace(UploadTarget target) => _renamedTo = Store.Moved(target.Directory, target.Path) ?? _renamedTo;
}

namespace Waybill.Storage;

/// <summary>What a login may do at a path. The layout template of the vault grants them by folder.</summary>
[Flags]
public enum FileRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>See names and attributes.</summary>
    List = 1 << 0,

    /// <summary>Read files.</summary>
    Read = 1 << 1,

    /// <summary>Write new files.</summary>
    Create = 1 << 2,

    /// <summary>Replace or change files that exist.</summary>
    Overwrite = 1 << 3,

    /// <summary>Delete files.</summary>
    Delete = 1 << 4,

    /// <summary>Rename files and directories, from here and to here.</summary>
    Rename = 1 << 5,

    /// <summary>Make directories.</summary>
    MakeDirectory = 1 << 6,

    /// <summary>Remove directories.</summary>
    RemoveDirectory = 1 << 7,

    /// <summary>Set times and permissions.</summary>
    SetAttributes = 1 << 8,

    /// <summary>Make symbolic and hard links; effective only where links are switched on.</summary>
    Link = 1 << 9,

    /// <summary>What is deleted or moved away goes to the account's archive and is not gone. Beside Delete and Rename, never alone.</summary>
    Collect = 1 << 10,

    /// <summary>List and Read.</summary>
    ReadOnly = List | Read,

    /// <summary>Everything, for real: what is deleted with it is gone.</summary>
    All = (1 << 10) - 1,
}

namespace Waybill.Storage.Local;

/// <summary>What an acknowledged change survives.</summary>
public enum Durability
{
    /// <summary>A power cut: file and directory are synced before a success is answered (promise D1 of docs/promises.md).</summary>
    Full,

    /// <summary>A crash of the program, not a power cut: changes are atomic, nothing is synced.</summary>
    Rename,
}

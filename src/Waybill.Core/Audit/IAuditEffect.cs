using Waybill.Core.Database;

namespace Waybill.Core.Audit;

/// <summary>What an entry means for other tables: becomes durable with its row, or not at all.</summary>
internal interface IAuditEffect
{
    /// <summary>Changes the tables. Must not fail for what a client did: an exception fails the rows of everybody that are committed with this one.</summary>
    void Apply(DatabaseConnection connection);
}
